// SPDX-License-Identifier: Apache-2.0

import Eventually
import Testing

@Suite("Waiting with a deadline")
struct EventuallyTests {
    @Test("A condition that never becomes true fails the test, and the issue says what was awaited")
    func never() async {
        await withKnownIssue {
            await eventually("the sun rises", within: .milliseconds(10)) { false }
        } matching: { issue in
            issue.comments.contains { $0.rawValue.contains("until the sun rises") }
        }
    }

    @Test("A condition that becomes true after 500 polls ends the wait, also when the limit is over")
    func later() async {
        var polls = 0
        await eventually("the condition was polled 500 times", within: .zero) {
            polls += 1
            return polls == 500
        }
        #expect(polls == 500)
    }
}
