// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import Eventually
import ImportPipeline
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import StorageSCP

@Suite("Instance reception", .timeLimit(.minutes(1)))
struct InstanceReceptionTests {
    let store: MemoryStore
    let service: TestReceptionService
    private let deliveries: Deliveries
    private let budget = BufferBudget(bytes: 1 << 30)
    private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()

    init() {
        store = MemoryStore()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        deliveries = Samples.deliveries(store: store, logger: logger)
        service = TestReceptionService(store: store, deliveries: deliveries, logger: logger)
    }

    /// Passes the data set to a reception in fragments of this size and returns the outcome.
    func receive(
        _ dataSet: [UInt8], fragmentSize: Int = 100, cancels: Bool = false, maximumBytes: Int = 1 << 20,
        mismatch: UIDMismatch = .refuse, incomplete: IncompleteDataSets = .refuse, routes: AssociationRoutes = .none
    ) async throws -> OperationOutcome? {
        let outcome = try await eventLoop.flatSubmit {
            [eventLoop, budget, service] () -> EventLoopFuture<OperationOutcome?> in
            do {
                let reception = try Samples.reception(
                    limits: ReceptionLimits(
                        maximumInstanceBytes: maximumBytes, maximumElementDepth: 3, maximumHeaderBytes: 1 << 20,
                        uidMismatch: mismatch, incompleteDataSets: incomplete),
                    routes: routes, budget: budget, service: service, eventLoop: eventLoop)
                for start in stride(from: 0, to: dataSet.count, by: fragmentSize) {
                    // The store in memory returns a future only for a failure. An association then discards the rest
                    // too.
                    guard reception.receive(ByteBuffer(bytes: dataSet[start...].prefix(fragmentSize))).pending == nil
                    else { break }
                }
                guard !cancels else {
                    reception.cancel()
                    return eventLoop.makeSucceededFuture(nil)
                }
                return reception.finish().map { $0 }
            } catch {
                return eventLoop.makeFailedFuture(error)
            }
        }.get()
        await deliveries.shutDown()
        return outcome
    }

    var instances: [String: [UInt8]] { store.objects.filter { $0.key.hasSuffix(".dcm") } }

    @Test("The stored object is a Part 10 file with the data set as received", arguments: [1, 7, 100, 1_000_000])
    func stored(fragmentSize: Int) async throws {
        let dataSet = Samples.dataSet(pixels: 200)
        #expect(try await receive(dataSet, fragmentSize: fragmentSize)?.status == .success)
        let (key, bytes) = try #require(instances.first)
        #expect(key.hasSuffix("/1.2/1.3/1.2.3.4.dcm"))
        #expect(bytes == (try Samples.fileMetaInformation().encoded()) + dataSet)
        let manifest = try self.manifest()
        #expect(manifest.instances.map(\.key) == [key])
        #expect(manifest.instances.map(\.size) == [bytes.count])
        #expect(manifest.studies.map(\.studyDate) == ["20261123"])
    }

    func manifest() throws -> DeliveryManifest {
        let document = try #require(store.objects.first { $0.key.hasPrefix(BucketLayout.manifests) })
        return try PipelineJSON.decode(DeliveryManifest.self, from: document.value)
    }

    @Test("A data set that ends with its UIDs is stored")
    func headerOnly() async throws {
        let whole = Samples.dataSet()
        let headerOnly = Array(whole[..<(whole.count - 10 - 12 - 10)])
        #expect(try await receive(headerOnly)?.status == .success)
    }

    @Test("An instance or SOP class other than the request named is answered with A900H")
    func mismatch() async throws {
        #expect(try await receive(Samples.dataSet(instanceUID: "1.2.3.5"))?.status == .dataSetDoesNotMatchSOPClass)
        let otherClass = Samples.dataSet(classUID: "1.2.840.10008.5.1.4.1.1.4")
        #expect(try await receive(otherClass)?.status == .dataSetDoesNotMatchSOPClass)
        #expect(instances.isEmpty)
    }

    @Test("A data set that cannot be read or lacks a UID is answered with C000H")
    func notUnderstood() async throws {
        #expect(try await receive([UInt8](repeating: 0xFF, count: 300))?.status == .cannotUnderstand)
        #expect(try await receive(Samples.dataSet(study: nil))?.status == .cannotUnderstand)
        #expect(try await receive(Samples.dataSet(series: nil))?.status == .cannotUnderstand)
        #expect(try await receive(Array(Samples.dataSet().prefix(20)))?.status == .cannotUnderstand)
        #expect(instances.isEmpty)
    }

    @Test(
        "An instance larger than the limit is answered with A700H and leaves nothing, even after its upload has begun")
    func tooLarge() async throws {
        let large = Samples.dataSet(pixels: 5000)
        #expect(try await receive(large, maximumBytes: 100)?.status == .outOfResources)
        let outcome = try await receive(large, maximumBytes: 4500)
        #expect(outcome?.status == .outOfResources)
        #expect(outcome?.errorComment == "Larger than the maximum of 4500 bytes")
        await eventually("the store has discarded the upload") { !store.discarded.isEmpty }
        #expect(instances.isEmpty)
        #expect(try await receive(large, maximumBytes: large.count)?.status == .success)
    }

    @Test("An instance gives back its memory, whether it is stored, refused or cancelled")
    func budgetIsWhole() async throws {
        _ = try await receive(Samples.dataSet(pixels: 50_000), fragmentSize: 1000)
        _ = try await receive(Samples.dataSet(pixels: 5000), maximumBytes: 4500)
        _ = try await receive(Samples.dataSet(study: nil))
        _ = try await receive(Samples.dataSet(pixels: 10_000), cancels: true)
        await eventually("all memory has been given back") { budget.available >= 1 << 30 }
        #expect(budget.available == 1 << 30)
    }

    @Test("Sequences nested deeper than the limit are answered with C000H")
    func depth() async throws {
        let open: [UInt8] = [0x08, 0, 0x15, 0x11] + Array("SQ".utf8) + [0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
        let item: [UInt8] = [0xFE, 0xFF, 0, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF]
        let close: [UInt8] = [0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0, 0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]
        func nested(_ levels: Int) -> [UInt8] {
            (0..<levels).reduce([UInt8]()) { inner, _ in open + item + inner + close } + Samples.dataSet()
        }
        #expect(try await receive(nested(1))?.status == .success)
        #expect(try await receive(nested(2))?.status == .cannotUnderstand)
    }

    @Test("A file instead of a data set is reported as a file")
    func file() async throws {
        let outcome = try await receive(
            try Samples.fileMetaInformation().encoded() + Samples.dataSet(), fragmentSize: 1000)
        #expect(outcome?.status == .cannotUnderstand)
        #expect(outcome?.errorComment?.contains("file") == true)
        #expect(instances.isEmpty)
    }

    @Test(
        "An instance or a marker that the store refuses is answered with A700H, so that it is sent again",
        arguments: ["2", "open/"])
    func refused(prefix: String) async throws {
        store.refuse(prefix: prefix)
        let outcome = try await receive(Samples.dataSet())
        #expect(outcome?.status == .outOfResources)
        #expect(outcome?.errorComment?.utf8.count ?? 99 <= 64)
        #expect(store.discarded.count == 1)
        // An object that was written stays, unacknowledged: no other instance gets its key.
        #expect(instances.count == (prefix == "2" ? 0 : 1))
        #expect(!store.removed.contains { $0.hasSuffix(".dcm") })
        #expect(!store.objects.keys.contains { $0.hasPrefix(BucketLayout.manifests) })
    }

    @Test("An instance that is cancelled in the middle leaves nothing")
    func cancelled() async throws {
        #expect(try await receive(Samples.dataSet(pixels: 10_000), cancels: true) == nil)
        await eventually("the store has discarded the upload") { !store.discarded.isEmpty }
        #expect(instances.isEmpty)
    }
}
