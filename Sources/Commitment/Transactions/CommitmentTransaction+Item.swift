// SPDX-License-Identifier: Apache-2.0

import AWS
import ByteComparison
import DICOM
import FoundationEssentials
import ImportPipeline

/// The names of the attributes in `DicomCommitmentTable`. Each is a string, except `expiresAt`.
package enum CommitmentAttribute: String, Sendable {
    /// The partition key.
    case callingAETitle
    /// The sort key.
    case transactionUID
    case calledAETitle
    /// The name of the document with the references.
    case document
    /// The name of the document with the result.
    case result
    case phase
    case cursor
    case attempts
    case fence
    case task
    case openedAt
    case reportingSince
    /// The partition key of the index `due`: always the same text; missing when the transaction has ended.
    case open
    /// The sort key of both indexes.
    case dueAt
    /// The partition key of the index `unreported`: the title of the peer and ours; missing when no report waits.
    case unreported
    /// Seconds since 1970, a number: DynamoDB removes the item some time later. Only when the transaction has ended.
    case expiresAt
}

extension CommitmentTransaction {
    package static let open = "1"

    /// AE titles have no backslash.
    package static func unreportedKey(callingAETitle: String, calledAETitle: String) -> String {
        "\(callingAETitle)\\\(calledAETitle)"
    }

    package var item: [String: DynamoDBAttribute] {
        var item = attributes.mapValues { DynamoDBAttribute.text($0) }
        if !isOpen { item[CommitmentAttribute.expiresAt.rawValue] = .number(expiresAt) }
        return item
    }

    /// Seconds since 1970.
    package var expiresAt: Int { Int(dueAt.timeIntervalSince1970) + Self.daysAfterTheEnd * 86_400 }

    /// All attributes except `expiresAt`.
    package var attributes: [String: String] {
        var values: [CommitmentAttribute: String] = [
            .callingAETitle: name.callingAETitle,
            .transactionUID: name.transactionUID.value,
            .calledAETitle: calledAETitle,
            .document: document.description,
            .phase: phaseName,
            .attempts: String(attempts),
            .fence: String(fence),
            .task: task.description,
            .openedAt: PipelineJSON.timestamp(openedAt),
            .dueAt: PipelineJSON.timestamp(dueAt),
        ]
        switch phase {
        case .waiting(let cursor): values[.cursor] = String(cursor)
        case .reporting(let result, let since):
            values[.result] = result.description
            values[.reportingSince] = PipelineJSON.timestamp(since)
        case .reported(let result): values[.result] = result.description
        case .givenUp: break
        }
        if isOpen { values[.open] = Self.open }
        if isUnreported {
            values[.unreported] = Self.unreportedKey(
                callingAETitle: name.callingAETitle, calledAETitle: calledAETitle)
        }
        return Dictionary(uniqueKeysWithValues: values.map { ($0.rawValue, $1) })
    }

    /// `nil` if the attributes are not those of a transaction.
    package init?(attributes: [String: String]) {
        func text(_ attribute: CommitmentAttribute) -> String? { attributes[attribute.rawValue] }
        func count(_ attribute: CommitmentAttribute) -> Int? {
            text(attribute).flatMap { Int($0) }.flatMap { DocumentLimits.counts.contains($0) ? $0 : nil }
        }
        func date(_ attribute: CommitmentAttribute) -> Date? {
            text(attribute).flatMap { try? Date($0, strategy: .iso8601) }
        }
        guard let callingAETitle = text(.callingAETitle),
            let transactionUID = text(.transactionUID).flatMap({ try? UID($0) }),
            let calledAETitle = text(.calledAETitle), let document = text(.document).flatMap({ DocumentDigest($0) }),
            let openedAt = date(.openedAt), let dueAt = date(.dueAt), let attempts = count(.attempts),
            let fence = count(.fence), let task = text(.task).flatMap({ TaskID($0) })
        else { return nil }
        let result = text(.result).flatMap { DocumentDigest($0) }
        let phase: Phase
        switch text(.phase) {
        case Self.waiting:
            guard let cursor = count(.cursor) else { return nil }
            phase = .waiting(cursor: cursor)
        case Self.reporting:
            guard let result, let since = date(.reportingSince) else { return nil }
            phase = .reporting(result: result, since: since)
        case Self.reported:
            guard let result else { return nil }
            phase = .reported(result: result)
        case Self.givenUp: phase = .givenUp
        default: return nil
        }
        self.init(
            name: Name(callingAETitle: callingAETitle, transactionUID: transactionUID), calledAETitle: calledAETitle,
            document: document, openedAt: openedAt, phase: phase, attempts: attempts, fence: fence, task: task,
            dueAt: dueAt, isUnreported: text(.unreported) != nil)
    }

    private static let waiting = "WAITING"
    private static let reporting = "REPORTING"
    private static let reported = "REPORTED"
    private static let givenUp = "GIVEN_UP"

    private var phaseName: String {
        switch phase {
        case .waiting: Self.waiting
        case .reporting: Self.reporting
        case .reported: Self.reported
        case .givenUp: Self.givenUp
        }
    }
}
