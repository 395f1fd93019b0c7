// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import ImportPipeline
import Logging
import StructuredLog

/// Requests.
extension Commitments {
    package func take(_ request: CommitmentRequest) async -> CommitmentAnswer {
        guard (1...limits.maximumReferences).contains(request.references.count) else {
            let count = request.references.count
            return refusal(.of(.resourceLimitation), "\(count) references, at most \(limits.maximumReferences)")
        }
        let title = request.callingAETitle
        let name = CommitmentTransaction.Name(callingAETitle: title, transactionUID: request.transactionUID)
        if schedule[name] == nil {
            guard schedule.count + taking.values.reduce(0, +) < limits.maximumOpen else {
                return refusal(.of(.resourceLimitation), "\(limits.maximumOpen) transactions are open")
            }
            guard schedule.count(of: title) + (taking[title] ?? 0) < limits.maximumOpenPerTitle else {
                return refusal(.of(.resourceLimitation), "\(limits.maximumOpenPerTitle) of this title are open")
            }
        }
        taking[title, default: 0] += 1
        defer {
            taking[title, default: 1] -= 1
            if taking[title] == 0 { taking[title] = nil }
        }
        do {
            try await takes.acquire()
            defer { takes.release() }
            return try await makeDurable(request)
        } catch {
            return refusal(.of(.processingFailure), "the request could not be stored", error: error)
        }
    }

    /// The document is written before the state that names it. If the state is not written, nothing names the document,
    /// and it expires.
    private func makeDurable(_ request: CommitmentRequest) async throws -> CommitmentAnswer {
        let document = try await documents.write(request)
        let first = CommitmentPace.looks.delay(afterAttempt: 0, fraction: surroundings.fraction())
        var transaction = CommitmentTransaction(request, document: document, by: task, at: now, after: first)
        switch try await states.write(transaction, expecting: nil) {
        case .written:
            logger.info(
                "commitment taken", metadata: transaction.metadata(["references": "\(request.references.count)"]))
        case .refused(by: nil): throw UnreadableTransaction()
        case .refused(by: .some(let known)):
            guard known.document == document else {
                return refusal(.duplicateTransactionUID, "the transaction UID is in use for other instances")
            }
            // The same request again. If it is open, nothing changes.
            if known.isOpen { return CommitmentAnswer(.success) }
            transaction = known
            transaction.askedAgain(by: task, at: now, after: first)
            // A refusal: another task has just done the same.
            guard try await states.write(transaction, expecting: known.fence) == .written else {
                return CommitmentAnswer(.success)
            }
            logger.info("commitment asked for again after its end", metadata: transaction.metadata())
        }
        schedule.add(CommitmentSchedule.Entry(transaction: transaction, dueAt: transaction.dueAt))
        pump()
        return CommitmentAnswer(.success)
    }

    private func refusal(
        _ status: DIMSEStatus, _ comment: String, error: (any Error)? = nil
    ) -> CommitmentAnswer {
        counts.add(to: \.refused)
        return CommitmentAnswer(status, comment: comment, error: error)
    }
}

/// The table has an item with this key that no receiver writes.
struct UnreadableTransaction: NamedError {
    let errorName = "UnreadableTransaction"
    let errorClass: ErrorClass? = .permanent
}

extension DIMSEStatus {
    /// The general statuses have the same numbers as the failure reasons. PS3.7 annex C.
    fileprivate static func of(_ reason: FailureReason) -> DIMSEStatus { DIMSEStatus(rawValue: reason.rawValue) }
}

extension CommitmentTransaction.Name {
    package var metadata: Logger.Metadata { ["callingAE": "\(callingAETitle)", "transactionUID": "\(transactionUID)"] }
}

extension CommitmentTransaction {
    func metadata(_ more: Logger.Metadata = [:]) -> Logger.Metadata {
        name.metadata.merging(more) { $1 }
    }
}
