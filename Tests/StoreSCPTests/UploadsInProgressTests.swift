import NIOEmbedded
import Testing

@testable import StorageSCP

@Suite("Uploads in progress")
struct UploadsInProgressTests {
    private let eventLoop = EmbeddedEventLoop()
    private let uploads = UploadsInProgress()

    /// Whether a key is held by now.
    private final class Wish {
        private(set) var isGranted = false

        init(_ key: String, of uploads: UploadsInProgress, _ eventLoop: EmbeddedEventLoop) {
            guard let wait = uploads.acquire(key, eventLoop: eventLoop) else {
                isGranted = true
                return
            }
            wait.assumeIsolated().whenSuccess { self.isGranted = true }
        }
    }

    @Test("A key is one upload's at a time, in turn; other keys are free")
    func turns() {
        let first = Wish("a", of: uploads, eventLoop)
        let waiting = (0..<2).map { _ in Wish("a", of: uploads, eventLoop) }
        let other = Wish("b", of: uploads, eventLoop)
        #expect(first.isGranted && other.isGranted)
        #expect(waiting.map(\.isGranted) == [false, false])
        uploads.release("a")
        #expect(waiting.map(\.isGranted) == [true, false])
        uploads.release("a")
        #expect(waiting.map(\.isGranted) == [true, true])
        uploads.release("a")
        #expect(Wish("a", of: uploads, eventLoop).isGranted)
    }

    @Test("Whoever waits for the last goes on when it has ended")
    func none() async {
        let uploads = uploads
        await uploads.waitUntilNone()
        uploads.begin()
        async let none: Void = uploads.waitUntilNone()
        for _ in 0..<100 { await Task.yield() }
        uploads.end()
        await none
    }
}
