// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// A text that a condition compares a title or a value with: exact, or with `*` at the end for any rest.
struct RoutePattern: Hashable, Sendable {
    private let text: String
    private let isPrefix: Bool

    /// `nil` if the text is empty, has characters other than printable ASCII, or has an asterisk before its end.
    init?(_ text: String) {
        isPrefix = text.utf8.last == UInt8(ascii: "*")
        self.text = isPrefix ? String(text.dropLast()) : text
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }),
            !self.text.utf8.contains(UInt8(ascii: "*"))
        else { return nil }
    }

    func matches(_ value: String) -> Bool {
        isPrefix ? value.begins(with: text) : value.utf8.elementsEqual(text.utf8)
    }
}
