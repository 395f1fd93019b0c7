// SPDX-License-Identifier: Apache-2.0

import DICOM
import Foundation
import Testing

@testable import StorageSCU

@Suite("Finding and reading files")
struct FilesTests {
    static func collect(_ paths: [String]) async throws -> FileCollection {
        try await FileCollection(paths: paths, journal: nil) { _ in }
    }

    @Test("Folders are searched in the order of names; loops of links end")
    func order() async throws {
        let samples = try SampleFiles()
        for name in ["b/2.dcm", "a/1.dcm", "c.dcm", "a/z/0.dcm"] {
            try samples.writeInstance("1.2.\(name.utf8.count)", as: name)
        }
        let link = samples.folder.appending(path: "a/loop").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: samples.path)
        let found = try await Self.collect([samples.path, samples.path + "/c.dcm"])
        let names = found.files.map { String($0.path.dropFirst(samples.path.count + 1)) }
        #expect(names == ["a/1.dcm", "a/z/0.dcm", "b/2.dcm", "c.dcm"])
        #expect(found.results.isEmpty)
    }

    @Test("What is not an image is named")
    func others() async throws {
        let samples = try SampleFiles()
        let text = try samples.write(Array("Read me.".utf8), as: "README")
        let zeros = try samples.write(Array(repeating: 0, count: 1000), as: "zeros")
        let empty = try samples.write([], as: "empty")
        let whole = try [UInt8](Data(contentsOf: URL(filePath: try samples.writeInstance("1.2", as: "whole.dcm"))))
        let cut = try samples.write(Array(whole.prefix(250)), as: "cut.dcm")
        let pipe = samples.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        let dangling = samples.path + "/dangling"
        try FileManager.default.createSymbolicLink(atPath: dangling, withDestinationPath: "nowhere")
        let directory = try samples.writeInstance("1.2.9", as: "DICOMDIR", sopClass: "1.2.840.10008.1.3.10")
        let found = try await Self.collect([samples.path, samples.path + "/absent"])
        let problems = Dictionary(
            uniqueKeysWithValues: found.results.map { result in
                guard case .unusable(let problem) = result.outcome else { return (result.path, "") }
                if case .damaged = problem { return (result.path, "damaged") }
                return (result.path, "\(problem)")
            })
        #expect(
            problems == [
                text: "is not a DICOM file: no DICM after 128 bytes",
                zeros: "is not a DICOM file: no DICM after 128 bytes",
                empty: "is not a DICOM file: no DICM after 128 bytes", cut: "damaged",
                pipe: "is not a regular file", dangling: "cannot be read: No such file or directory",
                directory: "is a DICOMDIR, which is not an image",
                samples.path + "/absent": "cannot be read: No such file or directory",
            ])
        #expect(found.files.count == 1)
    }

    @Test("The data set begins after group 0002, and private transfer syntaxes are kept")
    func header() throws {
        let samples = try SampleFiles()
        let path = try samples.writeInstance("1.2.3", as: "one", transferSyntax: "1.3.6.1.4.1.9.1", pixels: 50)
        let file = try OutgoingFile(reading: path)
        #expect(file.context.transferSyntaxUID.value == "1.3.6.1.4.1.9.1")
        #expect(file.context.sopClassUID.value == SOPClass.ctImageStorage)
        #expect(file.sopInstanceUID.value == "1.2.3")
        #expect(file.dataSetLength == Int64(SampleFiles.dataSet("1.2.3", pixels: 50).count))
    }

    @Test("A file whose instance has no valid UID is not sent")
    func invalidUID() throws {
        let samples = try SampleFiles()
        let path = try samples.writeInstance("1.2.3", as: "one")
        var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        // The first value of the data set's (0008,0018).
        let place = try #require(bytes.indices.last { bytes[$0...].starts(with: [8, 0, 0x18, 0]) })
        bytes[place + 8] = UInt8(ascii: "x")
        try samples.write(bytes, as: "one")
        #expect(throws: FileProblem.invalidUID(.sopInstanceUID, .byteNotAllowed(UInt8(ascii: "x"), offset: 0))) {
            try OutgoingFile(reading: path)
        }
    }

    @Test("Progress in words, and in a line of a terminal")
    func progress() {
        var progress = SendProgress()
        #expect(progress.text == "0/0 files, 0 B of 0 B")
        progress.totalFiles = 1000
        progress.files = 312
        progress.totalBytes = 3_400_000_000
        progress.bytes = 1_180_000_000
        progress.elapsed = .seconds(10)
        #expect(progress.text == "312/1000 files, 1.2 GB of 3.4 GB, 118 MB/s, 0:19 left")
        let text = progress.text
        #expect(
            progress.line(width: 200) == "[" + String(repeating: "#", count: 13) + String(repeating: "-", count: 27)
                + "] " + text)
        #expect(progress.line(width: 20) == String(text.prefix(19)))
        progress.bytes = 9_999_999_999
        #expect(progress.text == "312/1000 files, 3.4 GB of 3.4 GB, 1.0 GB/s, 0:00 left")
        let sizes: [String] = [0, 999, 999.6, 1000, 99_940, 99_960, 1e15].map { SendProgress.size($0) }
        #expect(sizes == ["0 B", "999 B", "1.0 kB", "1.0 kB", "99.9 kB", "100 kB", "1000 TB"])
        #expect(SendProgress.time(3723) == "1:02:03")
    }

    @Test("Only a run in which every file was stored is a success")
    func summary() {
        var summary = SendSummary()
        #expect(!summary.isSuccess)
        summary.add(FileResult(path: "1", outcome: .storedBefore), skipsOtherFiles: false)
        summary.add(FileResult(path: "2", outcome: .unusable(.mediaDirectory)), skipsOtherFiles: false)
        summary.add(FileResult(path: "3", outcome: .unusable(.notDICOM)), skipsOtherFiles: true)
        #expect(summary.isSuccess)
        summary.add(FileResult(path: "4", outcome: .unusable(.notDICOM)), skipsOtherFiles: false)
        #expect(!summary.isSuccess)
        let counts: [Int] = [summary.files, summary.storedBefore, summary.skipped, summary.notStored]
        #expect(counts == [4, 1, 2, 1])
    }
}
