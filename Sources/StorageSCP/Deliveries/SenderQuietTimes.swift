import NIOCore

/// Which senders' deliveries may close after a short quiet time.
///
/// One that sends a study over one association and releases it has told that the study is complete. A calling AE title that did so
/// ten times in a row is *known*; it is no longer when an instance of a study comes after the short quiet time and before the full
/// one, which made two deliveries of one. Such splits are at most one in two hundred studies of a title, beside those that were under way
/// when the first was noticed.
package struct SenderQuietTimes {
    private struct Study: Hashable {
        let callingAETitle: String
        let studyInstanceUID: String
    }

    private struct Sender {
        var studies = 0
        /// One after the other, each over one association that was released.
        var releasedInARow = 0
        var splits = 0
        var lastUse = 0
    }

    /// Studies in a row after which a sender is known.
    package static let studiesUntilKnown = 10
    private static let studiesForASplit = 200
    /// Older ones count for half, again and again, so that a sender that changes is noticed.
    private static let rememberedStudies = 1_000
    /// Titles that are remembered; the one that was used least recently goes.
    package static let maximumTitles = 1_000
    /// Studies that are watched for instances that come late; the oldest goes.
    package static let maximumWatched = 4_096

    private let fullQuiet: Duration
    private let shortQuiet: Duration
    private var senders: [String: Sender] = [:]
    private var uses = 0
    /// Deliveries that were closed early, and until when the full quiet time would have kept them open.
    private var watched: [Study: Duration] = [:]
    private var order: CircularBuffer<Study> = []

    /// Without a `shortQuiet` below the full one nothing is short.
    package init(fullQuiet: Duration, shortQuiet: Duration) {
        self.fullQuiet = fullQuiet
        self.shortQuiet = shortQuiet
    }

    package var titleCount: Int { senders.count }
    package var watchedCount: Int { watched.count }

    /// Whether a delivery of the sender may close after the short quiet time, if its own association was released.
    package func isKnown(_ callingAETitle: String) -> Bool {
        guard shortQuiet < fullQuiet, let sender = senders[callingAETitle] else { return false }
        return sender.releasedInARow >= Self.studiesUntilKnown
            && sender.splits * Self.studiesForASplit <= sender.studies
    }

    /// A study comes into a delivery; `now` by the caller's clock.
    package mutating func began(study: String, of callingAETitle: String, at now: Duration) {
        let study = Study(callingAETitle: callingAETitle, studyInstanceUID: study)
        guard let end = watched.removeValue(forKey: study), now < end else { return }
        senders[callingAETitle]?.releasedInARow = 0
        senders[callingAETitle]?.splits += 1
    }

    /// A delivery of the study alone was closed since it was quiet. `isReleased`: it came over one association, which was released.
    package mutating func closed(
        study: String, of callingAETitle: String, isReleased: Bool, wasShort: Bool, at now: Duration
    ) {
        guard shortQuiet < fullQuiet else { return }
        uses += 1
        if senders[callingAETitle] == nil { makeRoom() }
        var sender = senders[callingAETitle] ?? Sender()
        sender.lastUse = uses
        sender.studies += 1
        sender.releasedInARow = isReleased ? min(sender.releasedInARow + 1, Self.studiesUntilKnown) : 0
        if sender.studies >= Self.rememberedStudies {
            sender.studies /= 2
            sender.splits /= 2
        }
        senders[callingAETitle] = sender
        if wasShort {
            let study = Study(callingAETitle: callingAETitle, studyInstanceUID: study)
            watch(study, until: now + fullQuiet - shortQuiet, at: now)
        }
    }

    // MARK: -

    private mutating func makeRoom() {
        guard senders.count >= Self.maximumTitles,
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
