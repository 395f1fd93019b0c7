// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Digests
import Glibc
import ImportPipeline
import Logging
import NIOCore
import NIOPosix

/// Keeps instances as files below a folder. A file appears under its name when it is complete.
struct FolderInstanceStore: InstanceStore {
    let startsImports = false
    private let directory: String
    private let partialFolders: PartialFolders

    /// Checks that a file can be written there, before the receiver accepts associations.
    init(directory: String, task: TaskID = TaskID(), isSynchronized: Bool = true) throws(UnusableFolderError) {
        self.directory = directory
        do {
            partialFolders = try PartialFolders(directory: directory, task: task, isSynchronized: isSynchronized)
            try PartialFile(path: path(of: "check"), place: partialFolders.ofDocuments).discard()
        } catch {
            throw UnusableFolderError(directory: directory, cause: error)
        }
    }

    func writer(
        for key: String, beginning: ByteBuffer, memory: BufferShare, eventLoop: any EventLoop
    ) -> any InstanceWriter {
        FolderInstanceWriter(
            path: path(of: key), place: partialFolders.folder(of: eventLoop), beginning: beginning,
            eventLoop: eventLoop)
    }

    func putDocument(_ body: [UInt8], key: String) async throws {
        try await NIOThreadPool.singleton.runIfActive { try publish(body, key: key, replacing: true) }
    }

    func createDocument(_ body: [UInt8], key: String) async throws -> Bool {
        try await NIOThreadPool.singleton.runIfActive {
            guard access(path(of: key), F_OK) != 0 else { return false }
            do {
                try publish(body, key: key, replacing: false)
                return true
            } catch let error as FileError where error.errno == EEXIST {
                return false
            }
        }
    }

    func document(key: String) async throws -> [UInt8]? {
        try await NIOThreadPool.singleton.runIfActive { try read(key) }
    }

    func removeDocument(key: String) async throws {
        let path = path(of: key)
        try await NIOThreadPool.singleton.runIfActive {
            guard unlink(path) == 0 || errno == ENOENT else { throw FileError(operation: "unlink", errno: errno) }
        }
    }

    func closeDeliveriesOfEndedTasks(logger: Logger) async {
        let recovery = FolderRecovery(directory: directory, tasks: partialFolders.own, store: self, logger: logger)
        await recovery.run()
    }

    private func publish(_ body: [UInt8], key: String, replacing: Bool) throws {
        let file = try PartialFile(path: path(of: key), place: partialFolders.ofDocuments)
        do {
            try body.withUnsafeBytes { try file.write($0) }
            try file.publish(replacing: replacing)
        } catch {
            file.discard()
            throw error
        }
    }

    /// Returns `nil` when there is no such document.
    func read(_ key: String) throws -> [UInt8]? {
        guard let file = fopen(path(of: key), "r") else {
            guard errno == ENOENT else { throw FileError(operation: "open", errno: errno) }
            return nil
        }
        defer { fclose(file) }
        let document = [UInt8](unsafeUninitializedCapacity: DocumentLimits.maximumBytes + 1) { buffer, count in
            count = fread(buffer.baseAddress, 1, buffer.count, file)
        }
        guard document.count <= DocumentLimits.maximumBytes else {
            throw DocumentError.tooLarge
        }
        return document
    }

    private func path(of key: String) -> String { "\(directory)/\(key)" }
}
