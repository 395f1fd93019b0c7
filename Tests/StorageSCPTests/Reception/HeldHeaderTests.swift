import DICOM
import DICOMNetwork
import ImportPipeline
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import StorageSCP

/// What comes before the UIDs: how much, for how long, and at what cost to others.
@Suite("Held headers")
struct HeldHeaderTests {
    private let eventLoop = EmbeddedEventLoop()
    private let store = MemoryStore()
    private let executor = ManualExecutor()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func reception(
        budget: BufferBudget = BufferBudget(bytes: 1 << 30), maximumHeaderBytes: Int = 10_000,
        nextTurn: (() -> EventLoopFuture<Void>)? = nil, evictions: Int = 1
    ) throws -> InstanceReception {
        let deliveries = Samples.deliveries(store: store, spawn: TaskSpawner(executor: executor), logger: logger)
        let destination = InstanceUpload.Destination(
            store: store, deliveries: deliveries, uploads: UploadsInProgress(), counts: ReceiverCounts(), logger: logger
        )
        return try InstanceReception(
            request: try Samples.storeRequest(), fileMetaInformation: try Samples.fileMetaInformation(),
            limits: ReceptionLimits(
                maximumInstanceBytes: 1 << 30, maximumElementDepth: 3, maximumHeaderBytes: maximumHeaderBytes),
            surroundings: Samples.surroundings(
                budget: budget, eventLoop: eventLoop, nextTurn: nextTurn, countEviction: { evictions }),
            makeUpload: { [eventLoop] (instance, beginning, memory) throws(InstanceProblem) in
                try InstanceUpload(
                    instance: instance, beginning: beginning, sender: Samples.sender, destination: destination,
                    memory: memory, eventLoop: eventLoop)
            })
    }

    /// A private element of so many bytes, and what it claims.
    private func element(_ count: Int, claiming length: Int? = nil) -> [UInt8] {
        [8, 0, 1, 0, 0x55, 0x4E, 0, 0] + (0..<4).map { UInt8(truncatingIfNeeded: (length ?? count) >> ($0 * 8)) }
            + [UInt8](repeating: 0, count: count)
    }

    private func outcome(_ reception: InstanceReception) throws -> StoreOutcome {
        let finished = reception.finish()
        // The delivery's marker.
        executor.run()
        eventLoop.run()
        return try finished.wait()
    }

    @Test("More than may come before the UIDs is C000H, as soon as that is known", arguments: [9000, 11_000])
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

    @Test("An element that claims more is refused before its bytes come, and nothing is held")
    func claimed() throws {
        let budget = BufferBudget(bytes: 1 << 20)
        let reception = try reception(budget: budget)
        #expect(reception.receive(ByteBuffer(bytes: element(5, claiming: 17 << 20))).pending == nil)
        #expect(budget.available == 1 << 20)
        #expect(try outcome(reception).errorComment == "The UIDs are not among the first 10000 bytes")
    }

    @Test("The memory reserved for a header is never more than may come of it")
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
        var turns: [EventLoopPromise<Void>] = []
        let reception = try reception(maximumHeaderBytes: 1 << 20) {
            turns.append(self.eventLoop.makePromise())
            return turns[turns.count - 1].futureResult
        }
        let bytes = (0..<5000).flatMap { _ in element(0) } + Samples.dataSet()
        let taken = try #require(reception.receive(ByteBuffer(bytes: bytes)).pending)
        var isTaken = false
        taken.assumeIsolated().whenSuccess { isTaken = true }
        #expect(turns.count == 1)
        turns[0].succeed()
        #expect(turns.count == 2 && !isTaken)
        turns[1].succeed()
        #expect(turns.count == 2 && isTaken)
        #expect(try outcome(reception).status == .success)
        let stored = store.objects.first { $0.key.hasSuffix(".dcm") }?.value
        #expect(stored?.suffix(bytes.count).elementsEqual(bytes) == true)
    }

    @Test("What was cancelled in between is not read on")
    func cancelledInBetween() throws {
        let turn = eventLoop.makePromise(of: Void.self)
        let reception = try reception(maximumHeaderBytes: 1 << 20) { turn.futureResult }
        let taken = reception.receive(ByteBuffer(bytes: (0..<5000).flatMap { _ in element(0) }))
        reception.cancel()
        turn.succeed()
        try taken.pending?.wait()
        #expect(store.objects.isEmpty)
    }

    @Test("Only a header out of all relation to its size ends the association")
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

    /// A reception that holds nearly all memory and whose sender says nothing more, and one that waits for memory.
    private func contention(
        evictions: Int = 1
    ) throws -> (budget: BufferBudget, slow: InstanceReception, waiting: EventLoopFuture<Void>, share: BufferShare) {
        let budget = BufferBudget(bytes: 100_000)
        let slow = try reception(budget: budget, maximumHeaderBytes: 1 << 20, evictions: evictions)
        _ = slow.receive(ByteBuffer(bytes: element(95_000, claiming: 99_000)))
        let share = BufferShare(of: budget, for: MemoryShares.Peer(address: "10.0.0.9", callingAETitle: "B"))
        let first = BufferShare(of: budget, for: MemoryShares.Peer(address: "10.0.0.8", callingAETitle: "C"))
        // Holds what may exceed, and waits for us.
        first.holder.senderIsAwaited(false)
        _ = first.grow(by: 50_000, eventLoop: eventLoop)
        let waiting = try #require(share.grow(by: 50_000, eventLoop: eventLoop).pending)
        _ = waiting.always { _ in _ = first }
        return (budget, slow, waiting, share)
    }

    @Test("The slowest sender has its memory taken away when others have waited, and is told A700H at the end")
    func eviction() throws {
        let (_, slow, waiting, share) = try contention()
        var isGranted = false
        waiting.assumeIsolated().whenSuccess { isGranted = true }
        advance(seconds: 4)
        #expect(!isGranted)
        advance(seconds: 1)
        #expect(isGranted)
        // The rest is dropped.
        #expect(slow.receive(ByteBuffer(bytes: [1, 2, 3])).pending == nil)
        let outcome = try outcome(slow)
        #expect(outcome.status == .outOfResources)
        #expect(outcome.errorComment == "It came too slowly and others needed memory, send it again")
        #expect(!outcome.endsAssociation)
        share.shrink(by: 50_000)
    }

    @Test("Whose rest does not come in time, or who does it again, is not wanted", arguments: [1, 2])
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
