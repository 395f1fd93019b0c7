// SPDX-License-Identifier: Apache-2.0

/// A-ABORT: the association ends at once. PS3.8 §9.3.8.
package struct AAbort: Hashable, Sendable {
    /// 0 is the service user, 2 the service provider; a peer may send anything.
    package let source: UInt8
    /// Significant only if the source is the provider.
    package let reason: UInt8

    package init(source: UInt8, reason: UInt8) {
        self.source = source
        self.reason = reason
    }

    package init(_ reason: ProviderReason) {
        self.init(source: 2, reason: reason.rawValue)
    }

    package static let serviceUser = AAbort(source: 0, reason: 0)

    /// PS3.8 Table 9-26, byte 10.
    package enum ProviderReason: UInt8, Hashable, Sendable {
        case notSpecified = 0
        case unrecognizedPDU = 1
        case unexpectedPDU = 2
        case unrecognizedPDUParameter = 4
        case unexpectedPDUParameter = 5
        case invalidPDUParameterValue = 6
    }
}
