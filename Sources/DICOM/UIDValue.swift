// SPDX-License-Identifier: Apache-2.0

/// The value of an element that should be a UID. It may not be a valid one.
package struct UIDValue: Hashable, Sendable {
    /// Without leading and trailing padding.
    private let bytes: [UInt8]
    /// The offset of the element in the data set, after inflation.
    package let offset: UInt64

    /// `nil` if the value consists only of padding.
    package init?(_ value: [UInt8], offset: UInt64 = 0) {
        bytes = Array(value.trimmingUIDPadding())
        self.offset = offset
        guard !bytes.isEmpty else { return nil }
    }

    package func uid() throws(UIDError) -> UID {
        try UID(bytes: bytes[...])
    }

    /// The received value, with bytes that are not UTF-8 replaced. Do not log it: a sender can have put anything here.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
}
