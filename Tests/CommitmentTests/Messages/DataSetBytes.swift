// SPDX-License-Identifier: Apache-2.0

import DICOM

/// Writes data sets of requests and reads those of reports, from the standard and not with our own codec.
enum DataSetBytes {
    static func little(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    static func element(_ tag: DICOM.Tag, _ vr: String, _ value: [UInt8], length: Int? = nil, explicit: Bool) -> [UInt8]
    {
        let number = length ?? value.count
        let tagBytes = little(Int(tag.group), 2) + little(Int(tag.element), 2)
        guard explicit, tag.group != 0xFFFE else { return tagBytes + little(number, 4) + value }
        return tagBytes + Array(vr.utf8) + (vr == "SQ" ? [0, 0] + little(number, 4) : little(number, 2)) + value
    }

    static func uid(_ tag: DICOM.Tag, _ text: String, explicit: Bool) -> [UInt8] {
        var value = Array(text.utf8)
        if !value.count.isMultiple(of: 2) { value.append(0) }
        return element(tag, "UI", value, explicit: explicit)
    }

    /// A request; with `isOpen` its sequence and items have undefined lengths.
    static func request(
        _ references: [(sopClass: String, instance: String)], transaction: String = "2.25.7", explicit: Bool,
        isOpen: Bool = false
    ) -> [UInt8] {
        let undefined = 0xFFFF_FFFF
        let items = references.flatMap { reference -> [UInt8] in
            let value =
                uid(.referencedSOPClassUID, reference.sopClass, explicit: explicit)
                + uid(.referencedSOPInstanceUID, reference.instance, explicit: explicit)
            return element(.item, "", value, length: isOpen ? undefined : nil, explicit: explicit)
                + (isOpen ? element(.itemDelimitationItem, "", [], explicit: explicit) : [])
        }
        return uid(.transactionUID, transaction, explicit: explicit)
            + element(
                .referencedSOPSequence, "SQ", items, length: isOpen ? undefined : nil, explicit: explicit)
            + (isOpen ? element(.sequenceDelimitationItem, "", [], explicit: explicit) : [])
    }
}
