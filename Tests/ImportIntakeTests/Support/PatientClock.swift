// SPDX-License-Identifier: Apache-2.0

/// A clock on which no sleep ends: a time limit never interrupts a test on a slow machine.
struct PatientClock: Clock {
    var now: ContinuousClock.Instant { .now }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        try await untilCancelled()
    }
}

/// Waits until its task is cancelled.
func untilCancelled() async throws {
    let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
    await withTaskCancellationHandler {
        for await _ in stream {}
    } onCancel: {
        continuation.finish()
    }
    throw CancellationError()
}
