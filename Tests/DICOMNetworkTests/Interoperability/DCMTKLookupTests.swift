// SPDX-License-Identifier: Apache-2.0

import ForeignPrograms
import Foundation
import Testing

@Suite("Lookup of DCMTK's programs")
struct DCMTKLookupTests {
    @Test("A program of the same name earlier in the PATH is skipped")
    func another() async throws {
        let folder = try folder(with: "storescu")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try await DCMTK.find("storescu", in: "relative:\(folder):/usr/bin") == "/usr/bin/storescu")
    }

    @Test("If only another program has the name, the error names it")
    func none() async throws {
        let folder = try folder(with: "no-program-of-dcmtk")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let error = await #expect(throws: ForeignProgram.NotFound.self) {
            try await DCMTK.find("no-program-of-dcmtk", in: folder)
        }
        #expect(error?.description.contains("found only \(folder)/no-program-of-dcmtk") == true)
    }

    /// A folder with one program, which prints the same as pynetdicom's.
    private func folder(with name: String) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let program = folder.appending(path: name)
        try Data("#!/bin/sh\necho \(name).py v0.3.0\n".utf8).write(to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path())
        return folder.path()
    }
}
