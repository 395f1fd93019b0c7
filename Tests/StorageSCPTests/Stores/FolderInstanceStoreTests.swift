// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Digests
import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import StorageSCP

@Suite("Folder store")
struct FolderInstanceStoreTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

    private func makeStore(isSynchronized: Bool = true) throws -> FolderInstanceStore {
        try FolderInstanceStore(directory: folder.path(), isSynchronized: isSynchronized)
    }

    private func files() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path())
            .filter { $0.hasSuffix(".dcm") || $0.hasSuffix(".partial") && $0 != ".partial" }
    }

    /// Calls `body` with a writer, on the event loop that the writer belongs to.
    private func write(
        to key: String, beginning: [UInt8] = [], of store: FolderInstanceStore,
        _ body: @escaping @Sendable (any InstanceWriter) -> Readiness
    ) async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let budget = BufferBudget(bytes: 1)
        try await eventLoop.flatSubmit {
            let writer = store.writer(
                for: key, beginning: ByteBuffer(bytes: beginning), memory: BufferShare(of: budget, for: Samples.peer),
                eventLoop: eventLoop)
            return body(writer).future(on: eventLoop)
        }.get()
    }

    @Test("A file appears under its name when it is complete, and not before", arguments: [true, false])
    func parts(isSynchronized: Bool) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try makeStore(isSynchronized: isSynchronized)
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

    @Test("Pieces of any size are written in order", arguments: [0, 350, 4096, 9000])
    func pieces(beginningLength: Int) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let pieces = [1, 4095, 0, 4096, 10_000, 3, 8191, 100_000, 2, 16_384, 20_000, 5].enumerated().map {
            number, length in
            [UInt8](repeating: UInt8(number), count: length)
        }
        let beginning = [UInt8](repeating: 255, count: beginningLength)
        try await write(to: "a.dcm", beginning: beginning, of: makeStore()) { writer in
            for piece in pieces { _ = writer.write(ByteBuffer(bytes: piece)) }
            return writer.finish(CRC32())
        }
        #expect(try Data(contentsOf: folder.appending(path: "a.dcm")) == Data(beginning + pieces.joined()))
    }

    @Test("A file replaces the one that has its name", arguments: [true, false])
    func replacement(isSynchronized: Bool) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try makeStore(isSynchronized: isSynchronized)
        for content in [[1, 2], [3]] as [[UInt8]] {
            try await write(to: "1.2/1.4.dcm", beginning: content, of: store) { $0.finish(CRC32()) }
        }
        #expect(try files() == ["1.2/1.4.dcm"])
        #expect(try Data(contentsOf: folder.appending(path: "1.2/1.4.dcm")) == Data([3]))
    }

    @Test("A file that consists only of its beginning is written too")
    func beginningOnly() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try await write(to: "a.dcm", beginning: [1, 2], of: makeStore()) { $0.finish(CRC32()) }
        #expect(try Data(contentsOf: folder.appending(path: "a.dcm")) == Data([1, 2]))
    }

    @Test("A discarded file leaves nothing behind", arguments: [true, false])
    func discard(isSynchronized: Bool) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try await write(to: "1.2/1.4.dcm", of: makeStore(isSynchronized: isSynchronized)) { writer in
            _ = writer.write(ByteBuffer(bytes: [1, 2]))
            return .after(writer.discard())
        }
        #expect(try files().isEmpty)
    }

    @Test("createDocument does not replace a document that exists")
    func onlyIfAbsent() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try makeStore()
        #expect(try await store.createDocument([1], key: "deliveries/a.json"))
        #expect(try await !store.createDocument([2], key: "deliveries/a.json"))
        #expect(try Data(contentsOf: folder.appending(path: "deliveries/a.json")) == Data([1]))
        try await store.removeDocument(key: "deliveries/a.json")
        try await store.removeDocument(key: "deliveries/a.json")
    }

    @Test("A folder that cannot be written to is an error with its cause")
    func notWritable() {
        let cause = FileError(operation: "mkdir", errno: ENOTDIR)
        #expect(throws: UnusableFolderError(directory: "/dev/null", cause: cause)) {
            try FolderInstanceStore(directory: "/dev/null")
        }
    }

    @Test("The check whether a folder can be written to leaves no file behind")
    func check() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try makeStore()
        #expect(try files().isEmpty)
    }

    @Test("Folders that are removed while the receiver runs are created again", arguments: [true, false])
    func removedFolders(isSynchronized: Bool) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try makeStore(isSynchronized: isSynchronized)
        for name in [".partial", "1.2"] {
            try await write(to: "1.2/1.4.dcm", beginning: [1], of: store) { $0.finish(CRC32()) }
            try FileManager.default.removeItem(at: folder.appending(path: name))
            try await write(to: "1.2/1.5.dcm", beginning: [1], of: store) { $0.finish(CRC32()) }
            #expect(try files().contains("1.2/1.5.dcm"))
        }
    }

    @Test("When a file is removed before it is complete, publishing it fails and is not retried for ever")
    func removedFile() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try makeStore()
        await #expect(throws: FileError(operation: "rename", errno: ENOENT)) {
            try await write(to: "1.2/1.4.dcm", of: store) { [self] writer in
                _ = writer.write(ByteBuffer(bytes: [UInt8](repeating: 1, count: 100_000)))
                for file in (try? files()) ?? [] {
                    try? FileManager.default.removeItem(at: folder.appending(path: file))
                }
                return writer.finish(CRC32())
            }
        }
        #expect(try files().isEmpty)
    }

    @Test("The files that a killed process left are removed by the next process, those of a living process are not")
    func abandoned() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let abandoned = folder.appending(path: ".partial/1/2")
        try FileManager.default.createDirectory(at: abandoned, withIntermediateDirectories: true)
        try Data([1]).write(to: abandoned.appending(path: "3.partial"))
        let store = try makeStore()
        #expect(try files().isEmpty)
        try await write(to: "1.2/1.4.dcm", of: store) { writer in
            _ = writer.write(ByteBuffer(bytes: [1, 2]))
            #expect(throws: Never.self) { _ = try makeStore() }
            return writer.finish(CRC32())
        }
        #expect(try files() == ["1.2/1.4.dcm"])
    }
}
