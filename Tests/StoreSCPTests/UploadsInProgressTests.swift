import Synchronization
import Testing

@testable import StoreSCP

@Suite("Uploads in progress")
struct UploadsInProgressTests {
    private final class Order: Sendable {
        let steps = Mutex<[Int]>([])
    }

    @Test("A key is one upload's at a time, in turn; other keys are free")
    func turns() async {
        let uploads = UploadsInProgress()
        let order = Order()
        await uploads.begin("a")
        await uploads.begin("b")
        uploads.end("b")
        let second = Task {
            await uploads.begin("a")
            order.steps.withLock { $0.append(2) }
            uploads.end("a")
        }
        for _ in 0..<100 { await Task.yield() }
        order.steps.withLock { $0.append(1) }
        uploads.end("a")
        await second.value
        #expect(order.steps.withLock { $0 } == [1, 2])
    }

    @Test("Whoever waits for the last goes on when it has ended")
    func none() async {
        let uploads = UploadsInProgress()
        await uploads.waitUntilNone()
        await uploads.begin("a")
        async let none: Void = uploads.waitUntilNone()
        for _ in 0..<100 { await Task.yield() }
        uploads.end("a")
        await none
    }
}
