// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import ImportPipeline
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import StorageSCP

/// The bytes before the UIDs, which are held in memory: how many, for how long, and at what cost to others.
@Suite("Held headers")
struct HeldHeaderTests {
    private let eventLoop = EmbeddedEventLoop()
    private let store = MemoryStore()
    private let executor = ManualExecutor()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func service(holdsTurns: Bool = false, evictions: Int = 1) -> TestReceptionService {
        TestReceptionService(
            store: store,
            deliveries: Samples.deliveries(store: store, spawn: TaskSpawner(executor: executor), logger: logger),
            logger: logger, holdsTurns: holdsTurns, evictions: evictions)
    }

    private func reception(
        _ service: TestReceptionService? = nil, budget: BufferBudget = BufferBudget(bytes: 1 << 30),
        maximumHeaderBytes: Int = 10_000
    ) throws -> InstanceReception {
        try Samples.reception(
            limits: ReceptionLimits(
                maximumInstanceBytes: 1 << 30, maximumElementDepth: 3, maximumHeaderBytes: maximumHeaderBytes),
            budget: budget, service: service ?? self.service(), eventLoop: eventLoop)
    }

    /// A private element with a value of `count` bytes and a length field of `length`.
    private func element(_ count: Int, claiming length: Int? = nil) -> [UInt8] {
        [8, 0, 1, 0, 0x55, 0x4E, 0, 0] + (0..<4).map { UInt8(truncatingIfNeeded: (length ?? count) >> ($0 * 8)) }
            + [UInt8](repeating: 0, count: count)
    }

    private func outcome(_ reception: InstanceReception) throws -> OperationOutcome {
        let finished = reception.finish()
        // Writes the delivery's open marker.
        executor.run()
        eventLoop.run()
        return try finished.wait()
    }

    @Test("A header beyond the limit is answered with C000H; one below it is stored", arguments: [9000, 11_000])
    func tooLong(count: Int) throws {
        let reception = try reception()
        let bytes = element(count) + Samples.dataSet()
        for start in stride(from: 0, to: bytes.count, by: 1000) {
            #expect(reception.receive(ByteBuffer(bytes: bytes[start...].prefix(1000))).pending == nil)
        }
        let outcome = try outcome(reception)
        #expect(outcome.status == (count < 10_000 ? .success : .cannotUnderstand))
        #expect(!outcome.endsAssociation)
        if count > 10_000 { #expect(outcome.errorComment == "The UIDs are not among the first 10000 bytes") }
    }

    @Test("An element whose length exceeds the limit is refused before its value arrives, and no memory stays held")
    func claimed() throws {
        let budget = BufferBudget(bytes: 1 << 20)
        let reception = try reception(budget: budget)
        #expect(reception.receive(ByteBuffer(bytes: element(5, claiming: 17 << 20))).pending == nil)
        #expect(budget.available == 1 << 20)
        #expect(try outcome(reception).errorComment == "The UIDs are not among the first 10000 bytes")
    }

    @Test("The memory reserved for a header is never more than a header may have")
    func reserved() throws {
        let budget = BufferBudget(bytes: 1 << 30)
        let reception = try reception(budget: budget, maximumHeaderBytes: 100_000)
        _ = reception.receive(ByteBuffer(bytes: element(99_000, claiming: 99_900)))
        #expect((1 << 30) - budget.available < 101_000)
        reception.cancel()
        #expect(budget.available == 1 << 30)
    }

    @Test("A header of many elements is read in turns, and the association waits meanwhile")
    func turns() throws {
        let service = service(holdsTurns: true)
        let reception = try reception(service, maximumHeaderBytes: 1 << 20)
        let bytes = (0..<5000).flatMap { _ in element(0) } + Samples.dataSet()
        let taken = try #require(reception.receive(ByteBuffer(bytes: bytes)).pending)
        var isTaken = false
        taken.assumeIsolated().whenSuccess { isTaken = true }
        #expect(service.turns.count == 1)
        service.turns[0].succeed()
        #expect(service.turns.count == 2 && !isTaken)
        service.turns[1].succeed()
        #expect(service.turns.count == 2 && isTaken)
        #expect(try outcome(reception).status == .success)
        let stored = store.objects.first { $0.key.hasSuffix(".dcm") }?.value
        #expect(stored?.suffix(bytes.count).elementsEqual(bytes) == true)
    }

    @Test("A reception that is cancelled between two turns reads no further")
    func cancelledInBetween() throws {
        let service = service(holdsTurns: true)
        let reception = try reception(service, maximumHeaderBytes: 1 << 20)
        let taken = reception.receive(ByteBuffer(bytes: (0..<5000).flatMap { _ in element(0) }))
        reception.cancel()
        service.turns[0].succeed()
        try taken.pending?.wait()
        #expect(store.objects.isEmpty)
    }

    @Test("Only a header with too many elements, or one that inflates too far, ends the association")
    func attack() {
        let place = ElementPlace(tag: .sopInstanceUID, offset: 0)
        let problems: [(InstanceProblem, Bool)] = [
            (.unreadable(.tooManyElements(maximum: 1), at: place), true),
            (.unreadable(.inflatesTooFar(maximum: 1), at: place), true),
            (.unreadable(.truncated(after: 1), at: place), false), (.headerTooLong(maximum: 1), false),
            (.memoryNeeded, false),
        ]
        for (problem, endsAssociation) in problems { #expect(problem.outcome.endsAssociation == endsAssociation) }
    }

    // MARK: Memory that others wait for

    private func advance(seconds: Int) {
        for _ in 0..<seconds { eventLoop.advanceTime(by: .seconds(1)) }
    }

    /// A reception that holds nearly all memory and whose sender sends nothing more, and a share that waits for memory.
    private func contention(
        evictions: Int = 1
    ) throws -> (budget: BufferBudget, slow: InstanceReception, waiting: EventLoopFuture<Void>, share: BufferShare) {
        let budget = BufferBudget(bytes: 100_000)
        let slow = try reception(service(evictions: evictions), budget: budget, maximumHeaderBytes: 1 << 20)
        _ = slow.receive(ByteBuffer(bytes: element(95_000, claiming: 99_000)))
        let share = BufferShare(of: budget, for: MemoryShares.Peer(address: "10.0.0.9", callingAETitle: "B"))
        let first = BufferShare(of: budget, for: MemoryShares.Peer(address: "10.0.0.8", callingAETitle: "C"))
        // This share exceeds the budget, and its sender waits for us.
        first.holder.senderIsAwaited(false)
        _ = first.grow(by: 50_000, eventLoop: eventLoop)
        let waiting = try #require(share.grow(by: 50_000, eventLoop: eventLoop).pending)
        _ = waiting.always { _ in _ = first }
        return (budget, slow, waiting, share)
    }

    @Test("When others have waited long enough, the slowest sender loses its memory and is answered with A700H")
    func eviction() throws {
        let (_, slow, waiting, share) = try contention()
        var isGranted = false
        waiting.assumeIsolated().whenSuccess { isGranted = true }
        advance(seconds: 4)
        #expect(!isGranted)
        advance(seconds: 1)
        #expect(isGranted)
        // The rest is discarded.
        #expect(slow.receive(ByteBuffer(bytes: [1, 2, 3])).pending == nil)
        let outcome = try outcome(slow)
        #expect(outcome.status == .outOfResources)
        #expect(outcome.errorComment == "Sent too slowly while others needed memory, send it again")
        #expect(!outcome.endsAssociation)
        share.shrink(by: 50_000)
    }

    @Test(
        "A peer is cut off when the rest of an evicted data set is late, or at its second eviction", arguments: [1, 2])
    func notWanted(evictions: Int) throws {
        let (_, slow, _, share) = try contention(evictions: evictions)
        advance(seconds: 5)
        if evictions == 1 {
            advance(seconds: 29)
            #expect(slow.receive(ByteBuffer(bytes: [1])).pending == nil)
            advance(seconds: 1)
        }
        let taken = try #require(slow.receive(ByteBuffer(bytes: [1])).pending)
        #expect(throws: PeerNotWanted.self) { try taken.wait() }
        share.shrink(by: 50_000)
    }
}
