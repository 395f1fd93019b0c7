// SPDX-License-Identifier: Apache-2.0

import DICOM
import Foundation

/// A folder of synthetic files, removed at the end.
final class SampleFiles {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "storage-scu-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    var path: String { folder.path }

    @discardableResult
    func write(_ bytes: [UInt8], as name: String) throws -> String {
        let url = folder.appending(path: name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
        return url.path
    }

    /// A file of the given size, whose data set is in Explicit VR Little Endian whatever its transfer syntax says.
    @discardableResult
    func writeInstance(
        _ instance: String, as name: String, sopClass: String = SOPClass.ctImageStorage,
        transferSyntax: String = TransferSyntax.explicitVRLittleEndian.uid, pixels: Int = 100
    ) throws -> String {
        let dataSet = Self.dataSet(instance, sopClass: sopClass, pixels: pixels)
        return try write(Self.meta(instance, sopClass, transferSyntax) + dataSet, as: name)
    }

    /// A deflated data set, followed by `padding` NULL bytes.
    func writeDeflatedInstance(_ instance: String, as name: String, padding: Int) throws {
        let meta = try Self.meta(
            instance, SOPClass.ctImageStorage, TransferSyntax.deflatedExplicitVRLittleEndian.uid)
        let dataSet = Self.deflated(Self.dataSet(instance)) + [UInt8](repeating: 0, count: padding)
        try write(meta + dataSet, as: name)
    }

    /// One block that is stored, not compressed: five bytes and the given ones. RFC 1951 §3.2.4.
    static func deflated(_ bytes: [UInt8]) -> [UInt8] {
        let length = UInt16(bytes.count)
        return [1] + [length, ~length].flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] } + bytes
    }

    private static func meta(_ instance: String, _ sopClass: String, _ transferSyntax: String) throws -> [UInt8] {
        try FileMetaInformation(
            mediaStorageSOPClassUID: UID(sopClass), mediaStorageSOPInstanceUID: UID(instance),
            transferSyntaxUID: UID(transferSyntax), implementationClassUID: nil, implementationVersionName: nil,
            sourceApplicationEntityTitle: nil
        ).encoded()
    }

    static func dataSet(
        _ instance: String, sopClass: String = SOPClass.ctImageStorage, pixels: Int = 100
    ) -> [UInt8] {
        var bytes = ui(0x0008, 0x0016, sopClass) + ui(0x0008, 0x0018, instance)
        bytes += ui(0x0020, 0x000D, "1.2.3") + ui(0x0020, 0x000E, "1.2.3.4")
        // (7FE0,0010) Pixel Data, an OB with 32-bit length.
        bytes += [0xE0, 0x7F, 0x10, 0x00, 0x4F, 0x42, 0x00, 0x00]
        let length = UInt32(pixels + pixels % 2)
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }
        return bytes + (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    }

    private static func ui(_ group: UInt16, _ element: UInt16, _ value: String) -> [UInt8] {
        let padded = Array(value.utf8) + (value.utf8.count.isMultiple(of: 2) ? [] : [0])
        let words = [group, element].flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        return words + [0x55, 0x49, UInt8(padded.count), 0] + padded
    }
}
