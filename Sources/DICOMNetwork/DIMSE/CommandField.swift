// SPDX-License-Identifier: Apache-2.0

/// (0000,0100), the type of a message. PS3.7 §E.1.
package struct CommandField: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    package static let cStoreRQ = CommandField(rawValue: 0x0001)
    package static let cStoreRSP = CommandField(rawValue: 0x8001)
    package static let cEchoRQ = CommandField(rawValue: 0x0030)
    package static let cEchoRSP = CommandField(rawValue: 0x8030)
    package static let nEventReportRQ = CommandField(rawValue: 0x0100)
    package static let nEventReportRSP = CommandField(rawValue: 0x8100)
    package static let nActionRQ = CommandField(rawValue: 0x0130)
    package static let nActionRSP = CommandField(rawValue: 0x8130)
    package static let cCancelRQ = CommandField(rawValue: 0x0FFF)

    package var isResponse: Bool { rawValue & 0x8000 != 0 }

    /// The response to this request.
    package var response: CommandField { CommandField(rawValue: rawValue | 0x8000) }
}

extension CommandField: CustomStringConvertible {
    /// The form of the standard, `8001H`.
    package var description: String { rawValue.standardHexadecimal }
}
