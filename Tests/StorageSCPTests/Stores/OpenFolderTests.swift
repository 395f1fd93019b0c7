import Foundation
import Glibc
import Testing

@testable import StorageSCP

@Suite struct OpenFolderTests {
    private let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path()

    @Test("A file without a name is given one when it is whole, and leaves nothing if it is not")
    func naming() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let folder = try OpenFolder(path: path)
        let file: Int32
        do {
            file = try folder.createUnnamed()
        } catch {
            // A file system without them: then nothing is to be made there in this way.
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

    @Test("Where no file can be made, none can be named later")
    func notWritable() throws {
        #expect(try !OpenFolder(path: "/proc").namesFilesLater)
    }
}
