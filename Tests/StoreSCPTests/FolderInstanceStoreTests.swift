import AWS
import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import StorageSCP

@Suite struct FolderInstanceStoreTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

    private var store: FolderInstanceStore { FolderInstanceStore(directory: folder.path()) }

    private func files() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path())
            .filter { $0.hasSuffix(".dcm") || $0.hasSuffix(".partial") && $0 != ".partial" }
    }

    /// Runs on an event loop, as a writer's calls do.
    private func write(
        to key: String, beginning: [UInt8] = [], of other: FolderInstanceStore? = nil,
        _ body: @escaping @Sendable (any InstanceWriter) -> EventLoopFuture<Void>?
    ) async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let budget = BufferBudget(bytes: 1)
        try await eventLoop.flatSubmit { [store = other ?? store] in
            let writer = store.writer(
                for: key, beginning: ByteBuffer(bytes: beginning), memory: BufferShare(of: budget),
                eventLoop: eventLoop)
            return body(writer) ?? eventLoop.makeSucceededVoidFuture()
        }.get()
    }

    @Test("A file appears under its name when it is whole, and not before", arguments: [true, false])
    func parts(isSynchronized: Bool) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = FolderInstanceStore(directory: folder.path(), isSynchronized: isSynchronized)
        let seenBefore = Mutex<[String]?>(nil)
        try await write(to: "1.2/1.3/1.4.dcm", beginning: [1, 2], of: store) { [self] writer in
            _ = writer.write(ByteBuffer(bytes: [3]))
            _ = writer.write(ByteBuffer(bytes: [4, 5]))
            seenBefore.withLock { $0 = try? files() }
            return writer.finish(CRC32())
        }
        #expect(seenBefore.withLock { $0 }?.filter { $0.hasSuffix(".dcm") } == [])
        #expect(try files() == ["1.2/1.3/1.4.dcm"])
        #expect(try Data(contentsOf: folder.appending(path: "1.2/1.3/1.4.dcm")) == Data([1, 2, 3, 4, 5]))
    }

    @Test("A file of nothing but its beginning is written too")
    func beginningOnly() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try await write(to: "a.dcm", beginning: [1, 2]) { $0.finish(CRC32()) }
        #expect(try Data(contentsOf: folder.appending(path: "a.dcm")) == Data([1, 2]))
    }

    @Test("What is discarded leaves nothing behind")
    func discard() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try await write(to: "1.2/1.4.dcm") { writer in
            _ = writer.write(ByteBuffer(bytes: [1, 2]))
            return writer.discard()
        }
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
        await #expect(throws: FileError.self) { try await write(to: "a.dcm", of: store) { $0.finish(CRC32()) } }
        #expect(throws: UnusableFolderError.self) { try store.check() }
    }

    @Test("A folder that can be written is left as it was")
    func check() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try store.check()
        #expect(try files().isEmpty)
    }
}
