// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

@testable import StorageSCP

@Suite("Open folder")
struct OpenFolderTests {
    private let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path()

    @Test("A file without a name can be named later, and leaves nothing behind if it is not")
    func naming() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let folder = try OpenFolder(path: path)
        let file: Int32
        do {
            file = try folder.createUnnamed()
        } catch {
            // The file system does not support files without a name: then `namesFilesLater` must be false.
            #expect(error.errno == EOPNOTSUPP)
            #expect(!folder.namesFilesLater)
            return
        }
        defer { close(file) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
        #expect(folder.namesFilesLater)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
        try folder.name(file, "a")
        #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["a"])
        #expect(throws: FileError(operation: "link", errno: EEXIST)) { try folder.name(file, "a") }
    }

    @Test("Where no file can be created, none can be named later")
    func notWritable() throws {
        #expect(try !OpenFolder(path: "/proc").namesFilesLater)
    }
}
