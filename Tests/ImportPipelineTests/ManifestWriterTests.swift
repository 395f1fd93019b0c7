// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Synchronization
import TestLog
import Testing

@testable import ImportPipeline

@Suite struct ManifestWriterTests {
    /// Keeps documents in memory, and fails once if a test asks for it.
    private final class Documents: DocumentStore {
        struct Refused: Error {}

        enum Failure {
            case reading
            /// The document is stored although the call fails.
            case answering
        }

        private let stored = Mutex<[String: [UInt8]]>([:])
        private let failures = Mutex<[Failure]>([])

        var keys: [String] { stored.withLock { $0.keys.sorted() } }

        func fail(_ failure: Failure) {
            failures.withLock { $0.append(failure) }
        }

        func putDocument(_ body: [UInt8], key: String) async throws {
            stored.withLock { $0[key] = body }
        }

        func createDocument(_ body: [UInt8], key: String) async throws -> Bool {
            let isCreated = stored.withLock { stored in
                guard stored[key] == nil else { return false }
                stored[key] = body
                return true
            }
            if isCreated { try fails(.answering) }
            return isCreated
        }

        func document(key: String) async throws -> [UInt8]? {
            try fails(.reading)
            return stored.withLock { $0[key] }
        }

        func removeDocument(key: String) async throws {
            stored.withLock { $0[key] = nil }
        }

        private func fails(_ failure: Failure) throws {
            let isDue = failures.withLock { failures in
                guard failures.first == failure else { return false }
                failures.removeFirst()
                return true
            }
            if isDue { throw Refused() }
        }
    }

    private let documents = Documents()
    private let log = RecordedLog()
    private let id = DeliveryID(openedAt: Date(timeIntervalSince1970: 1_795_477_912))

    private var writer: ManifestWriter { ManifestWriter(store: documents, logger: log.logger) }

    private func manifest(_ names: ClosedRange<Int>) -> DeliveryManifest {
        DeliveryManifest(
            deliveryId: id, task: TaskID(), callingAETitle: "CT1", calledAETitle: "STORESCP", peer: "127.0.0.1",
            openedAt: Date(timeIntervalSince1970: 1_795_477_912),
            closedAt: Date(timeIntervalSince1970: 1_795_477_951), closeReason: .quiet,
            studies: names.map { name in
                // The first two belong to one study.
                DeliveryManifest.Study(
                    studyInstanceUID: study(of: name), studyDate: nil,
                    instances: (name == 1 && names.contains(2) ? 1...2 : name...name).map(instance))
            }.filter { $0.instances[0].sopInstanceUID != "1.2" || !names.contains(1) })
    }

    private func study(of name: Int) -> String { name <= 2 ? "1.2" : "1.2.\(name)" }

    private func instance(_ name: Int) -> DeliveryManifest.Instance {
        DeliveryManifest.Instance(
            key: BucketLayout.instanceKey(id, study: study(of: name), series: "1.3", instance: "1.\(name)"), size: 1,
            checksumCRC32: nil, sopClassUID: nil, sopInstanceUID: "1.\(name)", seriesInstanceUID: "1.3",
            transferSyntaxUID: nil)
    }

    /// The last digits of the UIDs in the manifest with this number; `nil` if it does not exist.
    private func listed(_ number: Int) async throws -> [Int]? {
        guard
            let document = try await documents.document(key: BucketLayout.manifestKey(of: ImportID(id, number: number)))
        else { return nil }
        let manifest = try PipelineJSON.decode(DeliveryManifest.self, from: document)
        #expect(manifest.problem(expecting: id) == nil)
        return manifest.instances.compactMap { Int($0.sopInstanceUID.dropFirst(2)) }
    }

    @Test("A further manifest lists the instances that all existing manifests lack")
    func further() async throws {
        #expect(try await writer.write(manifest(1...2)) == .written(ImportID(id)))
        #expect(try await writer.write(manifest(1...2)) == .complete)
        #expect(try await writer.write(manifest(2...4)) == .written(ImportID(id, number: 1)))
        #expect(try await writer.write(manifest(1...5)) == .written(ImportID(id, number: 2)))
        #expect(try await writer.write(manifest(1...5)) == .complete)
        #expect(try await listed(0) == [1, 2])
        #expect(try await listed(1) == [3, 4])
        #expect(try await listed(2) == [5])
        #expect(documents.keys.count == 3)
    }

    @Test(
        "A manifest that starts no import counts as empty",
        arguments: ["theirs", #"{"version":2}"#, "another's", "version"])
    func unusable(kind: String) async throws {
        var other = manifest(1...3)
        switch kind {
        case "another's": other.deliveryId = DeliveryID(openedAt: Date(timeIntervalSince1970: 1))
        case "version": other.version = 1
        default: break
        }
        let document = ["another's", "version"].contains(kind) ? try PipelineJSON.encode(other) : Array(kind.utf8)
        try await documents.putDocument(document, key: BucketLayout.manifestKey(of: ImportID(id)))
        #expect(try await writer.write(manifest(1...2)) == .written(ImportID(id, number: 1)))
        #expect(try await listed(1) == [1, 2])
    }

    @Test("A repeated write after an error writes each instance once", arguments: [1, 2])
    func lostAnswers(count: Int) async throws {
        try await documents.putDocument(
            try PipelineJSON.encode(manifest(1...1)), key: BucketLayout.manifestKey(of: ImportID(id)))
        documents.fail(count == 1 ? .answering : .reading)
        await #expect(throws: Documents.Refused.self) { try await writer.write(manifest(1...3)) }
        let isThere = try await listed(1) != nil
        #expect(isThere == (count == 1))
        #expect(try await writer.write(manifest(1...3)) == (count == 1 ? .complete : .written(ImportID(id, number: 1))))
        #expect(try await listed(1) == [2, 3])
        #expect(documents.keys.count == 2)
    }

    @Test("A delivery has at most as many manifests as there are numbers for them")
    func bound() async throws {
        for number in 0...ImportID.maximumNumber {
            try await documents.putDocument([], key: BucketLayout.manifestKey(of: ImportID(id, number: number)))
        }
        await #expect(throws: DocumentError.self) { try await writer.write(manifest(1...1)) }
    }
}
