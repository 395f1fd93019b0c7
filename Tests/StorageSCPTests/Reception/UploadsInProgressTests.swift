// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing

@testable import StorageSCP

@Suite("Uploads in progress", .timeLimit(.minutes(1)))
struct UploadsInProgressTests {
    /// Whether the wait for the uploads has ended.
    private final class Wait: Sendable {
        private let state = Atomic(false)

        var hasEnded: Bool { state.load(ordering: .relaxed) }

        func end() { state.store(true, ordering: .relaxed) }
    }

    @Test("Waiting for the uploads ends when the last upload has ended")
    func none() async {
        let uploads = UploadsInProgress()
        await uploads.waitUntilNone()
        uploads.begin()
        uploads.begin()
        let wait = Wait()
        async let none: Void = {
            await uploads.waitUntilNone()
            wait.end()
        }()
        for _ in 0..<100 { await Task.yield() }
        uploads.end()
        for _ in 0..<100 { await Task.yield() }
        #expect(!wait.hasEnded)
        uploads.end()
        await none
    }
}
