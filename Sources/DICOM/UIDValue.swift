/// What stands where a UID belongs, which need not be one.
package struct UIDValue: Hashable, Sendable {
    /// Without leading and trailing padding.
    private let bytes: [UInt8]
    /// Of the element, in the data set as it is after inflation.
    package let offset: UInt64

    /// Nil for a value that is nothing but padding.
    package init?(_ value: [UInt8], offset: UInt64 = 0) {
        bytes = Array(value.trimmingUIDPadding())
        self.offset = offset
        guard !bytes.isEmpty else { return nil }
    }

    package func uid() throws(UIDError) -> UID {
        try UID(bytes: bytes[...])
    }

    /// As it came; what is not UTF-8 is repaired. Whatever a sender may have put here: not for logs.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
}
