/// The beginning of a DICOM file: preamble, prefix and group 0002. PS3.10 §7.1.
package struct FileMetaInformation: Hashable, Sendable {
    package static let preambleLength = 128
    static let prefix: [UInt8] = Array("DICM".utf8)

    package var mediaStorageSOPClassUID: UID
    package var mediaStorageSOPInstanceUID: UID
    package var transferSyntaxUID: UID
    /// Required of whoever writes a file, and yet missing in some.
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

    /// All bytes that stand before the data set: 128 zeros, `DICM`, group 0002.
    package func encoded() -> [UInt8] {
        var group: [UInt8] = []
        // (0002,0001) File Meta Information Version, an OB with 32-bit length.
        group += [0x02, 0x00, 0x01, 0x00, 0x4F, 0x42, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01]
        Self.append(mediaStorageSOPClassUID.value, as: "UI", element: 0x0002, padding: 0, to: &group)
        Self.append(mediaStorageSOPInstanceUID.value, as: "UI", element: 0x0003, padding: 0, to: &group)
        Self.append(transferSyntaxUID.value, as: "UI", element: 0x0010, padding: 0, to: &group)
        if let implementationClassUID {
            Self.append(implementationClassUID.value, as: "UI", element: 0x0012, padding: 0, to: &group)
        }
        if let implementationVersionName {
            Self.append(implementationVersionName, as: "SH", element: 0x0013, padding: 0x20, to: &group)
        }
        if let sourceApplicationEntityTitle {
            Self.append(sourceApplicationEntityTitle, as: "AE", element: 0x0016, padding: 0x20, to: &group)
        }
        var file = [UInt8](repeating: 0, count: Self.preambleLength) + Self.prefix
        file += [0x02, 0x00, 0x00, 0x00, 0x55, 0x4C, 0x04, 0x00]
        file += (0..<4).map { UInt8(truncatingIfNeeded: group.count >> ($0 * 8)) }
        return file + group
    }

    /// SH and AE hold 16 bytes at most: the rest of a longer text is cut off.
    private static func append(
        _ text: String, as vr: String, element: UInt8, padding: UInt8, to group: inout [UInt8]
    ) {
        var value = Array(text.utf8.prefix(vr == "UI" ? UID.maximumLength : 16))
        if !value.count.isMultiple(of: 2) { value.append(padding) }
        group += [0x02, 0x00, element, 0x00]
        group += Array(vr.utf8)
        group += [UInt8(value.count), 0x00]
        group += value
    }
}
