import AWS
import Testing

@Suite("RetryPolicy")
struct RetryPolicyTests {
    let policy = RetryPolicy(
        maximumAttempts: 8, baseDelay: .milliseconds(100), maximumDelay: .seconds(1), maximumElapsed: .seconds(20))

    @Test(
        "The ceiling doubles up to the longest delay",
        arguments: [(1, 100), (2, 200), (3, 400), (4, 800), (5, 1000), (7, 1000)])
    func ceiling(_ attempt: Int, _ milliseconds: Int) {
        #expect(policy.delay(afterAttempt: attempt, elapsed: .zero, fraction: 1) == .milliseconds(milliseconds))
    }

    @Test("Jitter takes any share of the ceiling", arguments: [(0.0, 0), (0.25, 100), (0.5, 200), (1.0, 400)])
    func jitter(_ fraction: Double, _ milliseconds: Int) {
        #expect(policy.delay(afterAttempt: 3, elapsed: .zero, fraction: fraction) == .milliseconds(milliseconds))
    }

    @Test("The last attempt is the last", arguments: [(7, true), (8, false), (9, false)])
    func attempts(_ attempt: Int, _ goesOn: Bool) {
        #expect((policy.delay(afterAttempt: attempt, elapsed: .zero, fraction: 0.5) != nil) == goesOn)
    }

    @Test(
        "No attempt begins at or after the deadline",
        arguments: [(19_899, true), (19_900, false), (20_000, false), (60_000, false)])
    func deadline(_ elapsed: Int, _ goesOn: Bool) {
        let delay = policy.delay(afterAttempt: 1, elapsed: .milliseconds(elapsed), fraction: 1)
        #expect((delay != nil) == goesOn)
    }

    @Test("A great number of attempts does not overflow the ceiling")
    func overflow() {
        let patient = RetryPolicy(maximumAttempts: .max)
        #expect(patient.delay(afterAttempt: .max - 1, elapsed: .zero, fraction: 1) == .seconds(5))
    }
}
