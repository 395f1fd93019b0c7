// SPDX-License-Identifier: Apache-2.0

import DICOM

/// Which of the transfer syntaxes proposed for one presentation context is accepted.
package enum TransferSyntaxPreference: String, CaseIterable, Sendable {
    /// The first in the order of `TransferSyntax.known`; if none is known, the first acceptable private one.
    case lossless
    /// The first acceptable one in the sender's order: many senders name the one of their files first.
    case sender

    /// `nil` if none is acceptable.
    func choose(from uids: [String]) -> TransferSyntax? {
        if self == .lossless {
            let proposed = Set(uids)
            if let known = TransferSyntax.known.first(where: { proposed.contains($0.uid) }) { return known }
        }
        return uids.lazy.compactMap { TransferSyntax(uid: $0) }.first
    }
}
