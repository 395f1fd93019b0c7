// SPDX-License-Identifier: Apache-2.0

import DICOM

/// Writes synthetic data sets in any encoding: the counterpart of the reader.
struct DataSetBuilder {
    let isExplicitVR: Bool
    let byteOrder: ByteOrder
    private(set) var bytes: [UInt8] = []

    init(_ transferSyntax: TransferSyntax) {
        isExplicitVR = transferSyntax.isExplicitVR
        byteOrder = transferSyntax.byteOrder
    }

    mutating func element(_ tag: Tag, _ vr: String, _ text: String, padding: UInt8 = 0x20) {
        var value = Array(text.utf8)
        if !value.count.isMultiple(of: 2) { value.append(padding) }
        element(tag, vr, bytes: value)
    }

    mutating func element(_ tag: Tag, _ vr: String, bytes value: [UInt8]) {
        header(tag, vr, length: UInt32(value.count))
        bytes += value
    }

    /// `nil` for an undefined length.
    mutating func header(_ tag: Tag, _ vr: String, length: UInt32?) {
        let length = length ?? 0xFFFF_FFFF
        append(tag.group)
        append(tag.element)
        guard isExplicitVR, tag.group != 0xFFFE else { return append(length) }
        let letters = Array(vr.utf8)
        bytes += letters
        if VR(letters[0], letters[1])?.has32BitLength == true {
            append(UInt16(0))
            append(length)
        } else {
            append(UInt16(length))
        }
    }

    mutating func append(raw: [UInt8]) {
        bytes += raw
    }

    mutating func delimiter(_ tag: Tag) {
        header(tag, "", length: 0)
    }

    private mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: byteOrder == .littleEndian ? number.littleEndian : number.bigEndian) { bytes += $0 }
    }
}

extension DataSetBuilder {
    /// An instance with all elements that the header reader needs, followed by pixel data.
    static func instance(_ transferSyntax: TransferSyntax, beforeUIDs: (inout DataSetBuilder) -> Void = { _ in })
        -> [UInt8]
    {
        var set = DataSetBuilder(transferSyntax)
        set.element(Tag(0x0008, 0x0005), "CS", "ISO_IR 100")
        set.element(.sopClassUID, "UI", SOPClass.ctImageStorage, padding: 0)
        set.element(.sopInstanceUID, "UI", "1.2.3.4.5", padding: 0)
        set.element(.studyDate, "DA", "20261123")
        set.element(Tag(0x0008, 0x1030), "LO", "Synthetic study")
        // A private sequence of undefined length that repeats the UIDs. UIDs inside a sequence must be ignored.
        set.header(Tag(0x0009, 0x1001), "SQ", length: nil)
        set.header(.item, "", length: nil)
        set.element(.sopInstanceUID, "UI", "9.9.9", padding: 0)
        set.delimiter(.itemDelimitationItem)
        set.header(.item, "", length: 8)
        set.append(raw: [1, 2, 3, 4, 5, 6, 7, 8])
        set.delimiter(.sequenceDelimitationItem)
        set.element(Tag(0x0010, 0x0020), "LO", "SYN-0001")
        beforeUIDs(&set)
        set.element(.studyInstanceUID, "UI", "1.2.3", padding: 0)
        set.element(.seriesInstanceUID, "UI", "1.2.3.4", padding: 0)
        set.element(Tag(0x0020, 0x0010), "SH", "7")
        set.element(Tag(0x0028, 0x0010), "US", bytes: [0, 1])
        set.header(.pixelData, "OW", length: 1 << 20)
        return set.bytes
    }
}
