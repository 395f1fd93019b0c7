// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import StorageSCP

@Suite("Sender quiet times")
struct SenderQuietTimesTests {
    private var times = SenderQuietTimes(fullQuiet: .seconds(30), shortQuiet: .seconds(3))
    private var now = Duration.zero
    private let ct = DeliverySender(callingAETitle: "CT")
    private let mr = DeliverySender(callingAETitle: "MR")

    /// A delivery of one study, from the study's arrival until it closes because it is quiet. `isReleased`: the study
    /// came over one association, which was released.
    private mutating func study(_ name: String, of title: String = "CT", isReleased: Bool = true) {
        let sender = DeliverySender(callingAETitle: title)
        times.began(study: name, of: sender, at: now)
        let isShort = isReleased && times.isKnown(sender)
        now += .seconds(isShort ? 3 : 30)
        times.closed(study: name, of: sender, isReleased: isReleased, wasShort: isShort, at: now)
    }

    @Test("After ten consecutive studies over one association each, the sender is known; other senders are not")
    mutating func known() {
        for number in 0..<9 { study("\(number)") }
        #expect(!times.isKnown(ct))
        study("9")
        #expect(times.isKnown(ct))
        #expect(!times.isKnown(mr))
        study("10", isReleased: false)
        #expect(!times.isKnown(ct))
    }

    @Test("A sender is no longer known after a study arrives again within the full quiet time, for two hundred studies")
    mutating func split() {
        for number in 0..<20 { study("\(number)") }
        now += .seconds(26)
        study("19")
        #expect(!times.isKnown(ct))
        for number in 20..<198 { study("\(number)") }
        #expect(!times.isKnown(ct))
        for number in 198..<202 { study("\(number)") }
        #expect(times.isKnown(ct))
    }

    @Test(
        "A study that arrives again after the full quiet time does not count as a split"
    )
    mutating func late() {
        for number in 0..<20 { study("\(number)") }
        now += .seconds(28)
        study("19")
        #expect(times.isKnown(ct))
    }

    @Test("The numbers of titles and of watched studies are limited, and the least recently used title is forgotten")
    mutating func bounds() {
        for number in 0..<10 { study("\(number)") }
        for number in 0..<SenderQuietTimes.maximumSenders - 1 { study("1", of: "\(number)") }
        #expect(times.isKnown(ct))
        study("1", of: "one more")
        #expect(!times.isKnown(ct))
        #expect(times.senderCount == SenderQuietTimes.maximumSenders)
        for number in 0..<2 * SenderQuietTimes.maximumWatched {
            times.closed(study: "\(number)", of: mr, isReleased: true, wasShort: true, at: now)
        }
        #expect(times.watchedCount == SenderQuietTimes.maximumWatched)
    }

    @Test("A short quiet time that is not shorter than the full one has no effect")
    func off() {
        var times = SenderQuietTimes(fullQuiet: .seconds(3), shortQuiet: .seconds(3))
        for number in 0..<20 {
            times.closed(study: "\(number)", of: ct, isReleased: true, wasShort: false, at: .zero)
        }
        #expect(!times.isKnown(ct))
        #expect(times.senderCount == 0)
    }
}
