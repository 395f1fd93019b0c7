import Foundation
import Testing

@testable import StoreSCP

@Suite struct FolderInstanceStoreTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

    private var store: FolderInstanceStore { FolderInstanceStore(directory: folder.path()) }

    private func files() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path())
            .filter { $0.hasSuffix(".dcm") || $0.contains("partial") }
    }

    @Test("A file appears under its name when it is whole, and not before")
    func parts() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let writer = store.writer(for: "1.2/1.3/1.4.dcm")
        try await writer.append([1, 2])
        #expect(try files().filter { $0.hasSuffix(".dcm") }.isEmpty)
        try await writer.finish([3])
        #expect(try files() == ["1.2/1.3/1.4.dcm"])
        #expect(try Data(contentsOf: folder.appending(path: "1.2/1.3/1.4.dcm")) == Data([1, 2, 3]))
    }

    @Test("What is discarded leaves nothing behind")
    func discard() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let writer = store.writer(for: "1.2/1.4.dcm")
        try await writer.append([1, 2])
        await writer.discard()
        #expect(try files().isEmpty)
    }

    @Test("A document that is there stays where it may only be new")
    func onlyIfAbsent() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try await store.putDocument([1], key: "deliveries/a.json", onlyIfAbsent: true)
        try await store.putDocument([2], key: "deliveries/a.json", onlyIfAbsent: true)
        #expect(try Data(contentsOf: folder.appending(path: "deliveries/a.json")) == Data([1]))
        try await store.removeDocument(key: "deliveries/a.json")
        try await store.removeDocument(key: "deliveries/a.json")
    }

    @Test("A folder that cannot be written is an error that says why")
    func notWritable() async throws {
        let store = FolderInstanceStore(directory: "/dev/null/storage")
        await #expect(throws: FileError.self) { try await store.writer(for: "a.dcm").finish([1]) }
    }
}
