// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import FoundationEssentials
import ImportPipeline
import Logging
import StructuredLog

/// Another task has changed the transaction.
private struct Overtaken: Error {
    let by: CommitmentTransaction?
}

/// Looks and reports.
extension Commitments {
    /// Does the next step of a transaction, and enters when the one after it is due.
    func work(on entry: CommitmentSchedule.Entry) async {
        var entry = entry
        let name = entry.transaction.name
        let reporting = entry.transaction.reportingTitles != nil && !entry.isReported ? entry.transaction.titles : nil
        do {
            try await step(&entry)
            entry.failures = 0
            // The peer may have opened an association in the meantime.
            let isWoken = entry.hasNoWay && open.reporter(for: entry.transaction.titles) != nil
            entry.hasNoWay = false
            entry.dueAt = isWoken ? now : entry.transaction.dueAt
            schedule.workEnded(on: name, with: entry.transaction.isOpen ? entry : nil)
        } catch let overtaken as Overtaken {
            // This task's own write, of which the answer was lost, or another task's.
            let next = overtaken.by.flatMap { $0.isOpen && $0.task == task ? $0 : nil }
            schedule.workEnded(
                on: name, with: next.map { CommitmentSchedule.Entry(transaction: $0, dueAt: now, mustClaim: true) })
        } catch {
            logger.warning(
                "commitment not looked at or reported: trying again", error: error, metadata: name.metadata)
            let delay = CommitmentPace.looks.delay(afterAttempt: entry.failures, fraction: surroundings.fraction())
            entry.failures += 1
            entry.dueAt = now.wholeSeconds(after: delay)
            schedule.workEnded(on: name, with: entry)
        }
        if let reporting { reportEnded(to: reporting) }
    }

    private func step(_ entry: inout CommitmentSchedule.Entry) async throws {
        if entry.isReported { return try await change(&entry) { $0.reported(at: now) } }
        if entry.mustClaim {
            try await change(&entry) { $0.claimed(by: task, until: now + limits.lease.inSeconds) }
            entry.mustClaim = false
        }
        guard now < limit(of: entry.transaction) else {
            return try await giveUp(&entry, because: "the limit has passed")
        }
        do {
            switch entry.transaction.phase {
            case .waiting(let cursor): try await look(&entry, from: cursor)
            case .reporting(let result, _): try await report(&entry, result: result, references: nil)
            case .reported, .givenUp: break
            }
        } catch let error as DocumentError {
            // It will never be readable.
            try await giveUp(&entry, because: "\(error)")
        }
    }

    /// Changes the transaction, and writes it if no other task has changed it.
    private func change(
        _ entry: inout CommitmentSchedule.Entry, _ event: (inout CommitmentTransaction) -> Void
    ) async throws {
        let fence = entry.transaction.fence
        var changed = entry.transaction
        event(&changed)
        if case .refused(let other) = try await states.write(changed, expecting: fence) { throw Overtaken(by: other) }
        entry.transaction = changed
    }

    /// When nothing is tried any more.
    private func limit(of transaction: CommitmentTransaction) -> Date {
        switch transaction.phase {
        case .reporting(_, let since): since + limits.reports.inSeconds
        default: transaction.openedAt + (rules.deadline + limits.reports).inSeconds
        }
    }

    private func giveUp(_ entry: inout CommitmentSchedule.Entry, because reason: String) async throws {
        let wasDecided = entry.transaction.reportingTitles != nil
        try await change(&entry) { $0.gaveUp(at: now) }
        counts.add(to: \.failed)
        logger.error(
            wasDecided
                ? "commitment given up: the peer did not take the report"
                : "commitment given up: the instances could not be looked up",
            metadata: entry.transaction.metadata(["reason": "\(reason)"]))
    }

    // MARK: Looks

    private func look(_ entry: inout CommitmentSchedule.Entry, from cursor: Int) async throws {
        let references = try await documents.references(of: entry.transaction)
        var look = CommitmentLook(count: references.count, batchSize: search.batchSize, from: cursor)
        var renewal = now + limits.lease.inSeconds / 2
        while let batch = look.next {
            let findings = try await search.findings(of: references[batch])
            let age = Duration.seconds(now.timeIntervalSince(entry.transaction.openedAt))
            look.take(findings.map { rules.decision(on: $0, age: age) })
            // Otherwise others would join in, and only the fastest could write what it found.
            if now >= renewal, look.next != nil {
                try await change(&entry) { $0.claimed(by: task, until: now + limits.lease.inSeconds) }
                renewal = now + limits.lease.inSeconds / 2
            }
        }
        switch look.outcome {
        case .waiting(let position):
            try await change(&entry) {
                $0.looked(waitingAt: position, at: now, pace: .looks, fraction: surroundings.fraction())
            }
        case .decided(let reasons):
            let result = try await documents.write(
                ResultDocument(of: entry.transaction.document, at: now, reasons: reasons))
            // The report follows at once, unless another one is on its way to the peer.
            let titles = entry.transaction.titles
            let isFirst = peers.begin(titles)
            defer { if isFirst { reportEnded(to: titles) } }
            try await change(&entry) {
                $0.decided(result, at: now, until: isFirst ? now + limits.lease.inSeconds : now)
            }
            logger.info(
                "commitment decided",
                metadata: entry.transaction.metadata([
                    "committed": "\(references.count - reasons.count)", "failed": "\(reasons.count)",
                ]))
            if isFirst { try await report(&entry, result: result, references: references) }
        }
    }

    // MARK: Reports

    private func report(
        _ entry: inout CommitmentSchedule.Entry, result: DocumentDigest, references: [InstanceReference]?
    ) async throws {
        let titles = entry.transaction.titles
        let silence = peers.silence(of: titles, at: now)
        let onPeers = open.reporter(for: titles)
        let own = silence == nil ? source?.reporter(toPeer: titles.callingAETitle, from: titles.calledAETitle) : nil
        guard onPeers != nil || own != nil else {
            entry.hasNoWay = true
            return try await putOff(&entry, until: silence)
        }
        if entry.transaction.isUnreported || entry.transaction.dueAt < now + limits.lease.inSeconds / 2 {
            try await change(&entry) { $0.claimed(by: task, until: now + limits.lease.inSeconds) }
        }
        let known = if let references { references } else { try await documents.references(of: entry.transaction) }
        let report = try await documents.report(of: entry.transaction, result: result, references: known)
        if let onPeers, let status = await send(report, by: onPeers) {
            return try await answered(status, &entry, report)
        }
        guard let own else { return try await putOff(&entry, until: silence) }
        guard let status = await send(report, by: own) else {
            peers.notReached(titles, at: now, pace: .reports, fraction: surroundings.fraction())
            return try await putOff(&entry, until: peers.silence(of: titles, at: now))
        }
        peers.reached(titles)
        try await answered(status, &entry, report)
    }

    /// `nil`: no answer.
    private nonisolated func send(_ report: CommitmentReport, by reporter: any CommitmentReporter) async -> DIMSEStatus?
    {
        do {
            return try await reporter.send(report)
        } catch {
            logger.notice(
                "commitment not reported: no answer", error: error,
                metadata: ["callingAE": "\(reporter.peerAETitle)", "transactionUID": "\(report.transactionUID)"])
            return nil
        }
    }

    private func answered(
        _ status: DIMSEStatus, _ entry: inout CommitmentSchedule.Entry, _ report: CommitmentReport
    ) async throws {
        guard status == .success else {
            logger.notice(
                "commitment not reported: the peer answered with a failure",
                metadata: entry.transaction.metadata(["status": "\(status)"]))
            return try await putOff(&entry, until: nil)
        }
        // If this is not written, it is written later, and the report is not sent again.
        entry.isReported = true
        counts.add(to: \.reported)
        logger.info(
            "commitment reported",
            metadata: entry.transaction.metadata([
                "committed": "\(report.successes.count)", "failed": "\(report.failures.count)",
            ]))
        try await change(&entry) { $0.reported(at: now) }
    }

    private func putOff(_ entry: inout CommitmentSchedule.Entry, until date: Date?) async throws {
        try await change(&entry) {
            $0.notReported(at: now, notBefore: date, pace: .reports, fraction: surroundings.fraction())
        }
    }
}

extension CommitmentTransaction {
    /// The titles of a report that is to be sent.
    fileprivate var reportingTitles: TitlePair? {
        if case .reporting = phase { titles } else { nil }
    }
}
