import Eventually
import Foundation
import Synchronization
import Testing

@testable import AWS

@Suite("CredentialsProvider: refresh", .timeLimit(.minutes(1)))
struct CredentialsRefreshTests {
    private typealias Clock = CredentialsProviderTests.Clock

    /// Gives keys that are numbered, when the test lets it.
    private final class Source: CredentialsSource {
        private struct State {
            var calls = 0
            var isAway = false
        }

        private let lifetime: TimeInterval
        private let clock: Clock
        private let state = Mutex(State())
        private let permits: AsyncStream<Void>
        private let permit: AsyncStream<Void>.Continuation
        /// One element for each answer.
        let answers: AsyncStream<Void>
        private let answered: AsyncStream<Void>.Continuation

        init(lifetime: TimeInterval, clock: Clock) {
            self.lifetime = lifetime
            self.clock = clock
            (permits, permit) = AsyncStream.makeStream()
            (answers, answered) = AsyncStream.makeStream()
        }

        var calls: Int { state.withLock { $0.calls } }

        func answerOnce() { permit.yield() }
        func goAway() { state.withLock { $0.isAway = true } }

        func credentials() async throws -> Credentials? {
            let (call, isAway) = state.withLock { state in
                state.calls += 1
                return (state.calls, state.isAway)
            }
            defer { answered.yield() }
            guard !isAway else { throw CredentialsError.endpointAnswered(of: ContainerCredentials.name, status: 500) }
            for await _ in permits { break }
            return Credentials(
                accessKeyID: "AKID\(call)", secretAccessKey: "s", expiration: clock.date.addingTimeInterval(lifetime))
        }
    }

    private let clock = Clock()

    private func provider(_ source: Source) -> CredentialsProvider {
        CredentialsProvider(environment: [:], sources: [source], now: { [clock] in clock.date })
    }

    /// What the provider gives once it has heard of all that its source said.
    private func key(_ provider: CredentialsProvider, after count: Int) async throws -> String {
        var key = ""
        try await eventually("the provider gives the credentials of answer \(count)") {
            key = try await provider.credentials().accessKeyID
            return key == "AKID\(count)"
        }
        return key
    }

    @Test("New ones are fetched before the old ones end, and nobody waits for them")
    func background() async throws {
        let source = Source(lifetime: 3600, clock: clock)
        let provider = provider(source)
        source.answerOnce()
        #expect(try await provider.credentials().accessKeyID == "AKID1")
        clock.advance(to: 3299)
        #expect(try await provider.credentials().accessKeyID == "AKID1")
        #expect(source.calls == 1)
        clock.advance(to: 3300)
        // The source does not answer yet.
        for _ in 0..<50 { #expect(try await provider.credentials().accessKeyID == "AKID1") }
        source.answerOnce()
        #expect(try await key(provider, after: 2) == "AKID2")
        #expect(source.calls == 2)
    }

    @Test("Those that live for a minute are not fetched for each request")
    func shortLived() async throws {
        let source = Source(lifetime: 60, clock: clock)
        let provider = provider(source)
        source.answerOnce()
        for second in 0..<40 {
            clock.advance(to: TimeInterval(second))
            #expect(try await provider.credentials().accessKeyID == "AKID1")
        }
        #expect(source.calls == 1)
    }

    @Test(
        "A source that is away is asked again after a second, then after two, four and so on, while the old ones are valid"
    )
    func pauses() async throws {
        let source = Source(lifetime: 3600, clock: clock)
        let provider = provider(source)
        source.answerOnce()
        #expect(try await provider.credentials().accessKeyID == "AKID1")
        var answers = source.answers.makeAsyncIterator()
        await answers.next()
        source.goAway()
        for (index, second) in [3300.0, 3301, 3303, 3307, 3315].enumerated() {
            clock.advance(to: second - 0.5)
            _ = try await provider.credentials()
            #expect(source.calls == 1 + index)
            clock.advance(to: second)
            #expect(try await provider.credentials().accessKeyID == "AKID1")
            await answers.next()
            // The provider hears of it in a turn of its own.
            await eventually("the provider is at rest") { await provider.isAtRest }
            #expect(source.calls == 2 + index)
        }
        clock.advance(to: 3600)
        await #expect(throws: CredentialsError.endpointAnswered(of: ContainerCredentials.name, status: 500)) {
            try await provider.credentials()
        }
    }

    @Test("A caller that is cancelled does not wait for a source that never answers; others go on waiting")
    func cancelled() async throws {
        let source = Source(lifetime: 3600, clock: clock)
        let provider = provider(source)
        let caller = Task { try await provider.credentials() }
        let other = Task { try await provider.credentials().accessKeyID }
        await eventually("the source was asked") { source.calls > 0 }
        caller.cancel()
        await #expect(throws: CancellationError.self) { try await caller.value }
        source.answerOnce()
        #expect(try await other.value == "AKID1")
        #expect(source.calls == 1)
    }
}
