// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import DICOMNetwork

@Suite("Watchdog")
struct WatchdogTests {
    static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    /// Network 90 s, DIMSE 60 s.
    let watchdog = Watchdog(timeouts: AssociationTimeouts(), now: start)

    @Test(
        "The limit for silence depends on whether a message has begun",
        arguments: [
            (59, true, .askAgain(in: .seconds(1))), (60, true, .expired(.dimse)),
            (60, false, .askAgain(in: .seconds(30))), (10, false, .askAgain(in: .seconds(60))),
            (90, false, .expired(.network)),
        ] as [(Int64, Bool, Watchdog.Verdict)])
    func silence(_ seconds: Int64, _ isInsideMessage: Bool, _ verdict: Watchdog.Verdict) {
        #expect(
            watchdog.check(
                at: Self.start + .seconds(seconds), isInsideMessage: isInsideMessage)
                == verdict)
    }

    @Test("Time in which the application works does not count")
    func waiting() {
        var watchdog = watchdog
        let later = Self.start + .hours(1)
        watchdog.noteWait(true, at: Self.start)
        #expect(
            watchdog.check(at: later, isInsideMessage: true)
                == .askAgain(in: .seconds(60)))
        watchdog.noteWait(false, at: later)
        #expect(
            watchdog.check(at: later + .seconds(1), isInsideMessage: true)
                == .askAgain(in: .seconds(59)))
    }

    @Test("A message may take no longer than its limit, without the time that its peer had to wait")
    func message() {
        var timeouts = AssociationTimeouts()
        timeouts.message = .seconds(100)
        var watchdog = Watchdog(timeouts: timeouts, now: Self.start)
        for second in stride(from: 0, through: 90, by: 10) {
            watchdog.progressed(at: Self.start + .seconds(Int64(second)), isInsideMessage: true)
        }
        watchdog.noteWait(true, at: Self.start + .seconds(90))
        watchdog.noteWait(false, at: Self.start + .seconds(290))
        let verdict = { watchdog.check(at: $0, isInsideMessage: true) }
        #expect(verdict(Self.start + .seconds(299)) == .askAgain(in: .seconds(1)))
        #expect(verdict(Self.start + .seconds(300)) == .expired(.message))
        watchdog.progressed(at: Self.start + .seconds(299), isInsideMessage: false)
        watchdog.progressed(at: Self.start + .seconds(299), isInsideMessage: true)
        #expect(
            watchdog.check(at: Self.start + .seconds(300), isInsideMessage: true)
                == .askAgain(in: .seconds(59)))
    }

    @Test("Silence before a wait counts, and progress during a wait does not move beyond its end")
    func silenceBeforeWait() {
        var watchdog = watchdog
        watchdog.noteWait(true, at: Self.start + .seconds(50))
        watchdog.noteWait(true, at: Self.start + .seconds(55))
        watchdog.noteWait(false, at: Self.start + .seconds(150))
        watchdog.noteWait(false, at: Self.start + .seconds(155))
        #expect(
            watchdog.check(at: Self.start + .seconds(155), isInsideMessage: true) == .askAgain(in: .seconds(5)))
        #expect(watchdog.check(at: Self.start + .seconds(160), isInsideMessage: true) == .expired(.dimse))
        watchdog.noteWait(true, at: Self.start + .seconds(160))
        watchdog.progressed(at: Self.start + .seconds(170), isInsideMessage: true)
        watchdog.noteWait(false, at: Self.start + .seconds(200))
        #expect(watchdog.check(at: Self.start + .seconds(260), isInsideMessage: true) == .expired(.dimse))
    }
}
