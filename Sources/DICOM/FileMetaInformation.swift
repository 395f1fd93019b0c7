// SPDX-License-Identifier: Apache-2.0

/// The beginning of a DICOM file: preamble, prefix and group 0002. PS3.10 §7.1.
package struct FileMetaInformation: Hashable, Sendable {
    package static let preambleLength = 128
    static let prefix: [UInt8] = Array("DICM".utf8)

    package var mediaStorageSOPClassUID: UID
    package var mediaStorageSOPInstanceUID: UID
    package var transferSyntaxUID: UID
    /// Required in a file, but missing in some.
    package var implementationClassUID: UID?
    package var implementationVersionName: String?
    package var sourceApplicationEntityTitle: String?

    package init(
        mediaStorageSOPClassUID: UID, mediaStorageSOPInstanceUID: UID, transferSyntaxUID: UID,
        implementationClassUID: UID?, implementationVersionName: String?, sourceApplicationEntityTitle: String?
    ) {
        self.mediaStorageSOPClassUID = mediaStorageSOPClassUID
        self.mediaStorageSOPInstanceUID = mediaStorageSOPInstanceUID
        self.transferSyntaxUID = transferSyntaxUID
        self.implementationClassUID = implementationClassUID
        self.implementationVersionName = implementationVersionName
        self.sourceApplicationEntityTitle = sourceApplicationEntityTitle
    }

    /// All bytes before the data set: 128 zeros, `DICM` and group 0002.
    package func encoded() -> [UInt8] {
        var file: [UInt8] = []
        file.reserveCapacity(512)
        file.append(contentsOf: repeatElement(0, count: Self.preambleLength))
        file += Self.prefix
        // (0002,0000) File Meta Information Group Length. Its value is filled in at the end.
        file += [0x02, 0x00, 0x00, 0x00, 0x55, 0x4C, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00]
        let start = file.count
        // (0002,0001) File Meta Information Version, an OB with 32-bit length.
        file += [0x02, 0x00, 0x01, 0x00, 0x4F, 0x42, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01]
        Self.append(mediaStorageSOPClassUID.value, as: .ui, element: 0x0002, to: &file)
        Self.append(mediaStorageSOPInstanceUID.value, as: .ui, element: 0x0003, to: &file)
        Self.append(transferSyntaxUID.value, as: .ui, element: 0x0010, to: &file)
        if let implementationClassUID { Self.append(implementationClassUID.value, as: .ui, element: 0x0012, to: &file) }
        if let implementationVersionName { Self.append(implementationVersionName, as: .sh, element: 0x0013, to: &file) }
        if let sourceApplicationEntityTitle {
            Self.append(sourceApplicationEntityTitle, as: .ae, element: 0x0016, to: &file)
        }
        let length = UInt32(file.count - start)
        for index in 0..<4 { file[start - 4 + index] = UInt8(truncatingIfNeeded: length >> (index * 8)) }
        return file
    }

    /// The value representations that are written here.
    private enum ValueRepresentation {
        case ui, sh, ae

        var name: (UInt8, UInt8) {
            switch self {
            case .ui: (0x55, 0x49)
            case .sh: (0x53, 0x48)
            case .ae: (0x41, 0x45)
            }
        }

        var maximumLength: Int { self == .ui ? UID.maximumLength : 16 }

        var padding: UInt8 { self == .ui ? 0 : UInt8(ascii: " ") }
    }

    /// A text that is too long is cut.
    private static func append(
        _ text: String, as vr: ValueRepresentation, element: UInt8, to file: inout [UInt8]
    ) {
        let length = min(text.utf8.count, vr.maximumLength)
        file += [0x02, 0x00, element, 0x00, vr.name.0, vr.name.1, UInt8(length + length & 1), 0x00]
        let end = file.count + length
        file.append(contentsOf: text.utf8)
        file.removeSubrange(end...)
        if !length.isMultiple(of: 2) { file.append(vr.padding) }
    }
}
