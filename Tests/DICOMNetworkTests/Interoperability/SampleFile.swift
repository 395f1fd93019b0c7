// SPDX-License-Identifier: Apache-2.0

import DICOM
import Foundation

/// A DICOM file of a synthetic patient, made by DCMTK's dump2dcm in a temporary folder.
final class SampleFile: Sendable {
    enum Encoding: String, Sendable {
        case implicitLittleEndian = "+ti"
        case explicitLittleEndian = "+te"
        case explicitBigEndian = "+tb"
        case deflated = "+td"
    }

    static let studyInstanceUID = "2.25.100.1"
    static let sopInstanceUID = "2.25.100.1.1.1"

    let path: String
    /// The data set's bytes. PS3.5 §A.5: a deflate stream of odd length is padded with a NUL.
    let sentDataSet: [UInt8]
    let transferSyntax: TransferSyntax?
    private let folder: URL

    /// Pixel data is random, so that all parts of it differ.
    convenience init(_ encoding: Encoding, rows: Int = 64) async throws {
        let folder = try Self.makeFolder()
        let pixels = folder.appendingPathComponent("pixels.raw")
        try Data((0..<rows * 512).map { _ in UInt8.random(in: 0...255) }).write(to: pixels)
        let dump = folder.appendingPathComponent("dump.txt")
        try Data(Self.dump(rows: rows, pixels: pixels.path).utf8).write(to: dump)
        let file = folder.appendingPathComponent("sample.dcm")
        let made = try await DCMTK.run("dump2dcm", [encoding.rawValue, dump.path, file.path])
        guard made.status == 0 else { throw NotMade(output: made.output) }
        try self.init(folder: folder, file: file)
    }

    private init(folder: URL, file: URL) throws {
        self.folder = folder
        path = file.path
        let bytes = [UInt8](try Data(contentsOf: file))
        var reader = Part10HeaderReader()
        try reader.feed(bytes)
        let length = reader.dataSetOffset ?? 0
        sentDataSet = bytes[length...] + ((bytes.count - length).isMultiple(of: 2) ? [] : [0])
        transferSyntax = reader.transferSyntax
    }

    /// The same instance in RLE Lossless, made by DCMTK's dcmcrle.
    func compressed() async throws -> SampleFile {
        let folder = try Self.makeFolder()
        let file = folder.appendingPathComponent("compressed.dcm")
        let made = try await DCMTK.run("dcmcrle", [path, file.path])
        guard made.status == 0 else { throw NotMade(output: made.output) }
        return try SampleFile(folder: folder, file: file)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    struct NotMade: Error {
        let output: String
    }

    private static func makeFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dicom-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        return folder
    }

    private static func dump(rows: Int, pixels: String) -> String {
        """
        (0008,0005) CS [ISO_IR 100]
        (0008,0016) UI =SecondaryCaptureImageStorage
        (0008,0018) UI [\(sopInstanceUID)]
        (0008,0020) DA [20261123]
        (0008,0060) CS [OT]
        (0008,1030) LO [Synthetic study]
        (0008,1110) SQ
        (fffe,e000) na
        (0008,1150) UI [1.2.840.10008.3.1.2.3.1]
        (0008,1155) UI [2.25.9]
        (fffe,e00d) na
        (fffe,e0dd) na
        (0010,0010) PN [Synthetic^Patient]
        (0010,0020) LO [SYN-1]
        (0020,000d) UI [\(studyInstanceUID)]
        (0020,000e) UI [2.25.100.1.1]
        (0020,0010) SH [1]
        (0028,0002) US 1
        (0028,0004) CS [MONOCHROME2]
        (0028,0010) US \(rows)
        (0028,0011) US 256
        (0028,0100) US 16
        (0028,0101) US 16
        (0028,0102) US 15
        (0028,0103) US 0
        (7fe0,0010) OW =\(pixels)

        """
    }
}
