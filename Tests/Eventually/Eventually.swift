// SPDX-License-Identifier: Apache-2.0

import Testing

/// Waits until `condition` is true. When it is not within `limit`, records an issue that says what was awaited, and
/// returns: the test fails instead of hanging. On a busy machine the wait takes longer, until the condition was polled a
/// thousand times: other tasks had that many turns to make it true.
///
/// - Parameter awaited: Completes the sentence "waited 30 seconds until …".
package nonisolated(nonsending) func eventually(
    _ awaited: String, within limit: Duration = .seconds(30), sourceLocation: SourceLocation = #_sourceLocation,
    condition: nonisolated(nonsending) () async throws -> Bool
) async rethrows {
    let deadline = ContinuousClock.now + limit
    var polls = 0
    while try await !condition() {
        guard ContinuousClock.now < deadline || polls < 1000, !Task.isCancelled else {
            Issue.record("waited \(limit) until \(awaited)", sourceLocation: sourceLocation)
            return
        }
        polls += 1
        // Most conditions become true within a few turns of other tasks; the others must not keep a processor busy.
        if polls < 1000 {
            await Task.yield()
        } else {
            try? await Task.sleep(for: .milliseconds(1))
        }
    }
}
