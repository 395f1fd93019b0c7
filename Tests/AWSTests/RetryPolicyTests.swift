// SPDX-License-Identifier: Apache-2.0

import StructuredLog
import Testing

@testable import AWS

@Suite("RetryPolicy")
struct RetryPolicyTests {
    let policy = RetryPolicy(
        maximumAttempts: 8, baseDelay: .milliseconds(100), maximumDelay: .seconds(1), maximumElapsed: .seconds(20))

    @Test(
        "The ceiling of the delay doubles up to the maximum",
        arguments: [(1, 100), (2, 200), (3, 400), (4, 800), (5, 1000), (7, 1000)])
    func ceiling(_ attempt: Int, _ milliseconds: Int) {
        #expect(policy.delay(afterAttempt: attempt, elapsed: .zero, fraction: 1) == .milliseconds(milliseconds))
    }

    @Test(
        "Jitter shortens a delay by up to half of its ceiling",
        arguments: [(0.0, 200), (0.25, 250), (0.5, 300), (1.0, 400)])
    func jitter(_ fraction: Double, _ milliseconds: Int) {
        #expect(policy.delay(afterAttempt: 3, elapsed: .zero, fraction: fraction) == .milliseconds(milliseconds))
    }

    @Test("No attempt follows the last one", arguments: [(7, true), (8, false), (9, false)])
    func attempts(_ attempt: Int, _ goesOn: Bool) {
        #expect((policy.delay(afterAttempt: attempt, elapsed: .zero, fraction: 0.5) != nil) == goesOn)
    }

    @Test(
        "No attempt begins when the time is used up",
        arguments: [(19_799, true), (19_800, false), (20_000, false), (60_000, false)])
    func deadline(_ elapsed: Int, _ goesOn: Bool) {
        let delay = policy.delay(afterAttempt: 2, elapsed: .milliseconds(elapsed), fraction: 1)
        #expect((delay != nil) == goesOn)
    }

    @Test("A second attempt is made even if the first one used up the time")
    func second() {
        #expect(policy.delay(afterAttempt: 1, elapsed: .seconds(60), fraction: 1) == .milliseconds(100))
        #expect(RetryPolicy(maximumAttempts: 1).delay(afterAttempt: 1, elapsed: .zero, fraction: 1) == nil)
    }

    @Test("A sender is told to try again only after at least eight attempts and twenty seconds")
    func senderWaits() {
        let policy = RetryPolicy.senderWaits
        for fraction in [0.0, 1.0] {
            var elapsed = Duration.zero
            var attempts = 1
            while let delay = policy.delay(afterAttempt: attempts, elapsed: elapsed, fraction: fraction) {
                elapsed += delay
                attempts += 1
            }
            #expect(attempts >= 8)
            #expect((.seconds(20)...(.seconds(45))).contains(elapsed))
        }
    }

    @Test(
        "The class of the error decides whether a request is sent again",
        arguments: [ErrorClass.busy, .transient, .permanent, nil], [RetryPolicy.standard, .stateMachineWaits])
    func classes(_ errorClass: ErrorClass?, _ policy: RetryPolicy) {
        struct Failure: NamedError { let errorClass: ErrorClass? }
        let isRepeated = errorClass == .transient || (errorClass == .busy && policy.repeatsWhenBusy)
        #expect(policy.repeats(Failure(errorClass: errorClass)) == isRepeated)
    }

    @Test("The ceiling does not overflow after very many attempts")
    func overflow() {
        let patient = RetryPolicy(maximumAttempts: .max)
        #expect(patient.delay(afterAttempt: .max - 1, elapsed: .zero, fraction: 1) == .seconds(5))
    }
}
