// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork

/// What became of a file.
package enum FileOutcome: Hashable, Sendable {
    /// The peer answered with success or a warning.
    case stored(DIMSEStatus)
    /// The journal of an earlier run says that it was stored.
    case storedBefore
    /// The peer answered with a failure.
    case refused(DIMSEStatus)
    /// The peer does not take this SOP class in this transfer syntax.
    case contextRefused(ConfirmedAssociation.Refusal)
    /// Nothing of it was sent, or not all.
    case unusable(FileProblem)
    /// The peer did not answer. It may have the file nevertheless.
    case notConfirmed(String)
    /// No association was left to send it on.
    case notSent(String)

    /// Whether the peer has the file.
    package var isStored: Bool {
        switch self {
        case .stored, .storedBefore: true
        case .refused, .contextRefused, .unusable, .notConfirmed, .notSent: false
        }
    }

    package var isWarning: Bool {
        if case .stored(let status) = self { status != .success } else { false }
    }

    /// A word for programs.
    package var name: String {
        switch self {
        case .stored(.success): "stored"
        case .stored: "storedWithWarning"
        case .storedBefore: "storedBefore"
        case .refused: "refused"
        case .contextRefused: "contextRefused"
        case .unusable(.notDICOM): "notDICOM"
        case .unusable(.mediaDirectory): "mediaDirectory"
        case .unusable: "unusable"
        case .notConfirmed: "notConfirmed"
        case .notSent: "notSent"
        }
    }

    /// The status that the peer answered with.
    package var status: DIMSEStatus? {
        switch self {
        case .stored(let status), .refused(let status): status
        case .storedBefore, .contextRefused, .unusable, .notConfirmed, .notSent: nil
        }
    }
}

extension FileOutcome: CustomStringConvertible {
    /// Completes a line that begins with the path.
    package var description: String {
        switch self {
        case .stored(.success): "stored"
        case .stored(let status): "\(status.storageMeaning) (\(status))"
        case .storedBefore: "stored before"
        case .refused(let status): "refused: \(status.storageMeaning) (\(status))"
        case .contextRefused(let refusal): "refused: \(refusal)"
        case .unusable(let problem): "\(problem)"
        case .notConfirmed(let reason): "not confirmed: \(reason)"
        case .notSent(let reason): "not sent: \(reason)"
        }
    }
}
