// SPDX-License-Identifier: Apache-2.0

/// The outcome of an operation. PS3.7 annex C; PS3.4 §B.2.3 for C-STORE, PS3.7 §10.1.4.1.10 for N-ACTION.
package struct DIMSEStatus: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    package static let success = DIMSEStatus(rawValue: 0x0000)
    package static let processingFailure = DIMSEStatus(rawValue: 0x0110)
    package static let noSuchSOPInstance = DIMSEStatus(rawValue: 0x0112)
    package static let invalidArgumentValue = DIMSEStatus(rawValue: 0x0115)
    package static let invalidSOPInstance = DIMSEStatus(rawValue: 0x0117)
    package static let noSuchSOPClass = DIMSEStatus(rawValue: 0x0118)
    package static let classInstanceConflict = DIMSEStatus(rawValue: 0x0119)
    package static let sopClassNotSupported = DIMSEStatus(rawValue: 0x0122)
    package static let noSuchAction = DIMSEStatus(rawValue: 0x0123)
    package static let notAuthorized = DIMSEStatus(rawValue: 0x0124)
    /// A Failure Reason of PS3.3 §C.14.1.1. In an N-ACTION-RSP it says the same, at once: an N-EVENT-REPORT with the
    /// transaction UID would end the peer's first transaction.
    package static let duplicateTransactionUID = DIMSEStatus(rawValue: 0x0131)
    package static let duplicateInvocation = DIMSEStatus(rawValue: 0x0210)
    package static let unrecognizedOperation = DIMSEStatus(rawValue: 0x0211)
    package static let mistypedArgument = DIMSEStatus(rawValue: 0x0212)
    package static let resourceLimitation = DIMSEStatus(rawValue: 0x0213)
    /// Senders usually try again after this status.
    package static let outOfResources = DIMSEStatus(rawValue: 0xA700)
    package static let dataSetDoesNotMatchSOPClass = DIMSEStatus(rawValue: 0xA900)
    /// A warning: the instance was stored, but its data set does not match its SOP class. PS3.4 §B.2.3.
    package static let dataSetIncomplete = DIMSEStatus(rawValue: 0xB007)
    /// Senders usually do not try again after this status.
    package static let cannotUnderstand = DIMSEStatus(rawValue: 0xC000)

    /// Whether the instance was stored: success, or a warning. PS3.7 §C.1 and §C.3.
    package var isStored: Bool {
        self == .success || rawValue == 0x0001 || rawValue == 0x0107 || rawValue == 0x0116 || rawValue >> 12 == 0xB
    }
}

extension DIMSEStatus: CustomStringConvertible {
    /// The form of the standard, `A700H`.
    package var description: String { rawValue.standardHexadecimal }
}
