// SPDX-License-Identifier: Apache-2.0

import DICOM
import FoundationEssentials
import ImportPipeline

/// The state of one request for storage commitment: an item of `DicomCommitmentTable`.
///
/// Every change raises `fence`. A write expects the fence of the state that was read: so a task that was slow, and in
/// whose place another one worked, changes nothing. Times are whole seconds, as the item holds them.
package struct CommitmentTransaction: Hashable, Sendable {
    /// Transaction UIDs belong to the title that chose them: two titles may use the same one.
    package struct Name: Hashable, Sendable {
        package let callingAETitle: String
        package let transactionUID: UID

        package init(callingAETitle: String, transactionUID: UID) {
            self.callingAETitle = callingAETitle
            self.transactionUID = transactionUID
        }
    }

    package enum Phase: Hashable, Sendable {
        /// It is not known of all references whether they are committed. `cursor` is the first one that the last look
        /// found waiting.
        case waiting(cursor: Int)
        /// The result is a document, which has to be reported.
        case reporting(result: DocumentDigest, since: Date)
        /// The peer answered the report with Success.
        case reported(result: DocumentDigest)
        /// Nobody took the report, or the result could not be found out, until the limit.
        case givenUp
    }

    package let name: Name
    package let calledAETitle: String
    /// The document with the references.
    package let document: DocumentDigest
    package let openedAt: Date
    package private(set) var phase: Phase
    /// Looks that found nothing new, or reports that were not taken, in a row.
    package private(set) var attempts = 0
    package private(set) var fence = 1
    /// The task that works on it at `dueAt`. Others do so when that is long past.
    package private(set) var task: TaskID
    /// The time of the next work; without a meaning when the transaction has ended.
    package private(set) var dueAt: Date
    /// Whether the report waits for an association or for the peer.
    package private(set) var isUnreported = false

    package var isOpen: Bool {
        switch phase {
        case .waiting, .reporting: true
        case .reported, .givenUp: false
        }
    }

    /// The documents that the transaction names.
    package var documents: [DocumentDigest] {
        switch phase {
        case .waiting, .givenUp: [document]
        case .reporting(let result, _), .reported(let result): [document, result]
        }
    }

    /// For a transaction that has ended: how long the same request is answered without work.
    package static let daysAfterTheEnd = 7

    /// A request was accepted.
    package init(
        _ request: CommitmentRequest, document: DocumentDigest, by task: TaskID, at now: Date, after delay: Duration
    ) {
        name = Name(callingAETitle: request.callingAETitle, transactionUID: request.transactionUID)
        calledAETitle = request.calledAETitle
        self.document = document
        self.task = task
        openedAt = now.wholeSeconds
        phase = .waiting(cursor: 0)
        dueAt = now.wholeSeconds(after: delay)
    }

    /// A state that was stored.
    package init(
        name: Name, calledAETitle: String, document: DocumentDigest, openedAt: Date, phase: Phase, attempts: Int,
        fence: Int, task: TaskID, dueAt: Date, isUnreported: Bool
    ) {
        self.name = name
        self.calledAETitle = calledAETitle
        self.document = document
        self.openedAt = openedAt
        self.phase = phase
        self.attempts = attempts
        self.fence = fence
        self.task = task
        self.dueAt = dueAt
        self.isUnreported = isUnreported
    }

    // MARK: Events

    /// A task begins work, or goes on with it: no other task works on it until the lease is over.
    package mutating func claimed(by task: TaskID, until end: Date) {
        fence += 1
        // No other task should find it while it is being reported.
        isUnreported = false
        self.task = task
        dueAt = end.wholeSeconds
    }

    /// A look found a reference that waits. One that found another than before is progress.
    package mutating func looked(waitingAt cursor: Int, at now: Date, pace: CommitmentPace, fraction: Double) {
        fence += 1
        attempts = phase == .waiting(cursor: cursor) ? attempts + 1 : 0
        phase = .waiting(cursor: cursor)
        dueAt = now.wholeSeconds(after: pace.delay(afterAttempt: attempts, fraction: fraction))
    }

    /// The result is stored. The report follows at once.
    package mutating func decided(_ result: DocumentDigest, at now: Date, until end: Date) {
        fence += 1
        attempts = 0
        phase = .reporting(result: result, since: now.wholeSeconds)
        dueAt = end.wholeSeconds
    }

    /// The peer did not take the report, or there was no way to it. `notBefore`: when there may be one again.
    package mutating func notReported(at now: Date, notBefore: Date? = nil, pace: CommitmentPace, fraction: Double) {
        fence += 1
        isUnreported = true
        dueAt = max(
            now.wholeSeconds(after: pace.delay(afterAttempt: attempts, fraction: fraction)),
            notBefore?.wholeSeconds ?? now.wholeSeconds)
        attempts += 1
    }

    /// The peer answered the report with Success.
    package mutating func reported(at now: Date) {
        guard case .reporting(let result, _) = phase else { return }
        end(.reported(result: result), at: now)
    }

    package mutating func gaveUp(at now: Date) {
        end(.givenUp, at: now)
    }

    /// The same request arrived again after the end: the peer has no report, or lost it. It gets the same one.
    ///
    /// After a transaction was given up, the work begins again.
    package mutating func askedAgain(by task: TaskID, at now: Date, after delay: Duration) {
        fence += 1
        attempts = 0
        isUnreported = false
        self.task = task
        dueAt = now.wholeSeconds(after: delay)
        if case .reported(let result) = phase {
            phase = .reporting(result: result, since: now.wholeSeconds)
        } else {
            phase = .waiting(cursor: 0)
        }
    }

    private mutating func end(_ phase: Phase, at now: Date) {
        fence += 1
        self.phase = phase
        isUnreported = false
        dueAt = now.wholeSeconds
    }
}

extension Date {
    /// The precision of the times in an item.
    var wholeSeconds: Date { Date(timeIntervalSince1970: timeIntervalSince1970.rounded(.down)) }

    /// Never earlier than the delay asks for.
    func wholeSeconds(after delay: Duration) -> Date {
        Date(timeIntervalSince1970: (timeIntervalSince1970 + delay.inSeconds).rounded(.up))
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
