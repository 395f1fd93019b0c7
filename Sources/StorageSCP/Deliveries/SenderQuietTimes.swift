// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Which senders' deliveries may close after the short quiet time.
///
/// A sender that sends a whole study over one association and then releases it has told us that the study is complete.
/// A sender that did so ten times in a row is *known*. It is no longer known when an instance of a study
/// arrives after the short and before the full quiet time: closing early has then split one delivery into two. At most
/// one study in two hundred of a sender is split in this way, apart from those that were being received when the first
/// split was noticed.
package struct SenderQuietTimes {
    private struct Study: Hashable {
        let sender: DeliverySender
        let studyInstanceUID: String
    }

    private struct Record {
        var studies = 0
        /// The latest consecutive studies that each came over one association, which was released.
        var releasedInARow = 0
        var splits = 0
        var lastUse = 0
    }

    /// The number of consecutive studies after which a sender is known.
    package static let studiesUntilKnown = 10
    private static let studiesForASplit = 200
    /// At this number of studies a sender's counts are halved, so that old studies count less and a change of behaviour
    /// shows.
    private static let rememberedStudies = 1_000
    /// The number of senders that are remembered; a further one replaces the least recently used.
    package static let maximumSenders = 1_000
    /// The number of studies that are watched for late instances; a further one replaces the oldest.
    package static let maximumWatched = 4_096

    private let fullQuiet: Duration
    private let shortQuiet: Duration
    private var senders: [DeliverySender: Record] = [:]
    private var uses = 0
    /// The studies whose deliveries closed early, and the time until which the full quiet time would have kept them
    /// open.
    private var watched: [Study: Duration] = [:]
    private var order: CircularBuffer<Study> = []

    /// No quiet time is short unless `shortQuiet` is less than `fullQuiet`.
    package init(fullQuiet: Duration, shortQuiet: Duration) {
        self.fullQuiet = fullQuiet
        self.shortQuiet = shortQuiet
    }

    package var senderCount: Int { senders.count }
    package var watchedCount: Int { watched.count }

    /// Whether a delivery of this sender may close after the short quiet time if its own association was released.
    package func isKnown(_ sender: DeliverySender) -> Bool {
        guard shortQuiet < fullQuiet, let record = senders[sender] else { return false }
        return record.releasedInARow >= Self.studiesUntilKnown
            && record.splits * Self.studiesForASplit <= record.studies
    }

    /// A study joins a delivery. `now` is measured on the caller's clock.
    package mutating func began(study: String, of sender: DeliverySender, at now: Duration) {
        let study = Study(sender: sender, studyInstanceUID: study)
        guard let end = watched.removeValue(forKey: study), now < end else { return }
        senders[sender]?.releasedInARow = 0
        senders[sender]?.splits += 1
    }

    /// A delivery that holds only this study closed because it was quiet. `isReleased`: the study came over one
    /// association, which was released.
    package mutating func closed(
        study: String, of sender: DeliverySender, isReleased: Bool, wasShort: Bool, at now: Duration
    ) {
        guard shortQuiet < fullQuiet else { return }
        uses += 1
        if senders[sender] == nil { makeRoom() }
        var record = senders[sender] ?? Record()
        record.lastUse = uses
        record.studies += 1
        record.releasedInARow = isReleased ? min(record.releasedInARow + 1, Self.studiesUntilKnown) : 0
        if record.studies >= Self.rememberedStudies {
            record.studies /= 2
            record.splits /= 2
        }
        senders[sender] = record
        if wasShort {
            let study = Study(sender: sender, studyInstanceUID: study)
            watch(study, until: now + fullQuiet - shortQuiet, at: now)
        }
    }

    // MARK: -

    private mutating func makeRoom() {
        guard senders.count >= Self.maximumSenders,
            let oldest = senders.min(by: { $0.value.lastUse < $1.value.lastUse })
        else { return }
        senders[oldest.key] = nil
    }

    private mutating func watch(_ study: Study, until end: Duration, at now: Duration) {
        while let first = order.first, order.count >= Self.maximumWatched || (watched[first] ?? .zero) <= now {
            watched[order.removeFirst()] = nil
        }
        if watched.updateValue(end, forKey: study) == nil { order.append(study) }
    }
}
