// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import ImportPipeline
import Testing
import TestLog

@testable import StorageSCP

@Suite("Folder recovery")
struct FolderRecoveryTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "recovery-\(TaskID())")
    private let log = RecordedLog()
    private let delivery = DeliveryID(openedAt: Date(timeIntervalSince1970: 0))

    private func store(_ task: TaskID = TaskID()) throws -> FolderInstanceStore {
        try FolderInstanceStore(directory: folder.path(), task: task)
    }

    /// Leaves the files of a task that acknowledged an instance and did not close its delivery.
    private func leaveOpen(_ task: TaskID, marker: DeliveryID? = nil, in store: FolderInstanceStore) async throws {
        let open = OpenDelivery(
            deliveryId: marker ?? delivery, task: task, studies: [.init(studyInstanceUID: "1.2", studyDate: nil)],
            callingAETitle: "CT1",
            calledAETitle: "STORESCP", peer: "127.0.0.1", openedAt: Date(timeIntervalSince1970: 0))
        try await store.putDocument(
            try PipelineJSON.encode(TaskLease(seconds: 60)), key: BucketLayout.taskLeaseKey(of: task))
        try await store.putDocument(
            try PipelineJSON.encode(open), key: BucketLayout.openMarkerKey(of: delivery, task: task))
        let key = BucketLayout.instanceKey(delivery, study: "1.2", series: "1.3", instance: "1.4")
        try await store.putDocument([1, 2, 3], key: key)
    }

    private func exists(_ key: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: key).path())
    }

    /// Starts a store after these tasks have ended. Another thread may use their stores a moment longer, so it first
    /// waits until their folders are no longer locked.
    private func recover(after ended: TaskID...) async throws {
        for task in ended {
            _ = (try? OpenFolder(path: folder.appending(path: ".partial/\(task)").path()))?.lock(waits: true)
        }
        await (try store()).closeDeliveriesOfEndedTasks(logger: log.logger)
    }

    @Test("The next receiver closes a delivery that an ended task left open, with every stored instance")
    func ended() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let task = TaskID()
        try await leaveOpen(task, in: try store(task))
        let instance = BucketLayout.instanceKey(delivery, study: "1.2", series: "1.3", instance: "1.4")
        let storedAt = Date(timeIntervalSince1970: 1_795_477_912)
        try FileManager.default.setAttributes(
            [.modificationDate: storedAt], ofItemAtPath: folder.appending(path: instance).path())
        try await recover(after: task)
        let document = try Data(contentsOf: folder.appending(path: BucketLayout.manifestKey(of: ImportID(delivery))))
        let manifest = try PipelineJSON.decode(DeliveryManifest.self, from: Array(document))
        #expect(manifest.closeReason == .recovered)
        #expect(manifest.instances.map(\.sopInstanceUID) == ["1.4"])
        #expect(manifest.instances.map(\.size) == [3])
        #expect(manifest.lastInstanceAt == storedAt)
        #expect(manifest.problem(expecting: delivery) == nil)
        #expect(!exists(BucketLayout.openMarkerKey(of: delivery, task: task)))
        #expect(!exists(BucketLayout.taskLeaseKey(of: task)))
    }

    @Test("The lease of an ended task is deleted even if it left nothing open, and so are folders without markers")
    func leaseAlone() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let (task, other) = (TaskID(), TaskID())
        try await (try store(task)).putDocument(
            try PipelineJSON.encode(TaskLease(seconds: 60)), key: BucketLayout.taskLeaseKey(of: task))
        try await leaveOpen(other, in: try store(other))
        try await recover(after: task, other)
        #expect(!exists(BucketLayout.taskLeaseKey(of: task)))
        #expect(!exists("\(BucketLayout.openMarkers)\(other)"))
    }

    @Test("The open deliveries of a living task stay open")
    func living() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let task = TaskID()
        let other = try store(task)
        try await leaveOpen(task, in: other)
        try await recover()
        #expect(!exists(BucketLayout.manifestKey(of: ImportID(delivery))))
        #expect(exists(BucketLayout.openMarkerKey(of: delivery, task: task)))
        try await other.removeDocument(key: BucketLayout.taskLeaseKey(of: task))
    }

    @Test("A manifest that already exists stays as it is, and the open marker is deleted")
    func closed() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let task = TaskID()
        try await leaveOpen(task, in: try store(task))
        _ = try await (try store()).createDocument([7], key: BucketLayout.manifestKey(of: ImportID(delivery)))
        try await recover(after: task)
        let document = try Data(contentsOf: folder.appending(path: BucketLayout.manifestKey(of: ImportID(delivery))))
        #expect(document == Data([7]))
        #expect(!exists(BucketLayout.openMarkerKey(of: delivery, task: task)))
    }

    @Test("A marker that names another delivery closes neither delivery, and is logged")
    func stray() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let task = TaskID()
        let other = DeliveryID(openedAt: Date(timeIntervalSince1970: 1))
        try await leaveOpen(task, marker: other, in: try store(task))
        try await recover(after: task)
        #expect(
            !exists(BucketLayout.manifestKey(of: ImportID(delivery)))
                && !exists(BucketLayout.manifestKey(of: ImportID(other))))
        #expect(exists(BucketLayout.openMarkerKey(of: delivery, task: task)))
        #expect(log.lines.count { $0.contains("delivery not closed") } == 1)
    }

    @Test(
        "A delivery whose instances cannot all be listed stays open until they can", arguments: [true, false])
    func unreadable(isFolder: Bool) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let task = TaskID()
        try await leaveOpen(task, in: try store(task))
        let instance = BucketLayout.instanceKey(delivery, study: "1.2", series: "1.3", instance: "1.4")
        let path = isFolder ? String(instance.prefix(upTo: instance.lastIndex(of: "/") ?? instance.endIndex)) : instance
        let unreadable = folder.appending(path: path).path()
        let aside = folder.appending(path: "aside").path()
        try FileManager.default.moveItem(atPath: unreadable, toPath: aside)
        // A symbolic link to itself cannot be read even by root.
        try #require(symlink(unreadable, unreadable) == 0)
        try await recover(after: task)
        #expect(!exists(BucketLayout.manifestKey(of: ImportID(delivery))))
        #expect(exists(BucketLayout.openMarkerKey(of: delivery, task: task)))
        #expect(log.lines.count { $0.contains("delivery not closed") } == 1)
        unlink(unreadable)
        try FileManager.default.moveItem(atPath: aside, toPath: unreadable)
        try await recover()
        #expect(exists(BucketLayout.manifestKey(of: ImportID(delivery))))
        #expect(!exists(BucketLayout.openMarkerKey(of: delivery, task: task)))
    }

    @Test("A file that is not in a series folder does not keep a delivery open")
    func strayFile() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let task = TaskID()
        try await leaveOpen(task, in: try store(task))
        for path in ["notes", "1.2/notes"] {
            let stray = folder.appending(path: BucketLayout.prefix(of: delivery) + path)
            try Data([1]).write(to: stray)
        }
        try await recover(after: task)
        #expect(exists(BucketLayout.manifestKey(of: ImportID(delivery))))
        #expect(!exists(BucketLayout.openMarkerKey(of: delivery, task: task)))
    }
}
