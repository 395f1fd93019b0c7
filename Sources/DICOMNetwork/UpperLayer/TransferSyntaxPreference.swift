import DICOM

/// Which of the transfer syntaxes that a sender proposes for one presentation context is taken.
package enum TransferSyntaxPreference: String, CaseIterable, Sendable {
    /// The first in the order of `TransferSyntax.known`; behind those, the first that is taken without being registered.
    case lossless
    /// The first that the sender names and that is taken: many name that of their file first.
    case sender

    /// Nil when none can be taken.
    func choose(from uids: [String]) -> TransferSyntax? {
        if self == .lossless {
            let proposed = Set(uids)
            if let known = TransferSyntax.known.first(where: { proposed.contains($0.uid) }) { return known }
        }
        return uids.lazy.compactMap { TransferSyntax(uid: $0) }.first
    }
}
