// SPDX-License-Identifier: Apache-2.0

import Eventually
import Foundation
import Synchronization
import Testing

@testable import AWS

@Suite("CredentialsProvider: refresh", .timeLimit(.minutes(1)))
struct CredentialsRefreshTests {
    private typealias Clock = CredentialsProviderTests.Clock

    /// Provides numbered keys when the test allows it.
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
        /// One element for each request.
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

    /// The credentials of the provider after it has processed all answers of its source.
    private func key(_ provider: CredentialsProvider, after count: Int) async throws -> String {
        var key = ""
        try await eventually("the provider gives the credentials of answer \(count)") {
            key = try await provider.credentials().accessKeyID
            return key == "AKID\(count)"
        }
        return key
    }

    @Test("New credentials are fetched before the old ones expire, and no caller waits for them")
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

    @Test("Credentials that are valid for a minute are not fetched for each request")
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
        "While the old credentials are valid, a failing source is asked again after one second, then two, four and so on"
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
            // The provider processes the answer asynchronously.
            await eventually("the provider is at rest") { await provider.isAtRest }
            #expect(source.calls == 2 + index)
        }
        clock.advance(to: 3600)
        await #expect(throws: CredentialsError.endpointAnswered(of: ContainerCredentials.name, status: 500)) {
            try await provider.credentials()
        }
    }

    @Test("A cancelled caller stops waiting for a source that never answers; other callers continue to wait")
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
