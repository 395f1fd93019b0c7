// SPDX-License-Identifier: Apache-2.0

/// Prefixes and suffixes of keys, URIs and other external names, compared by their UTF-8 bytes.
///
/// Swift's `hasPrefix` and `hasSuffix` compare characters: for them, `inbox/` followed by a combining mark does not
/// begin with `inbox/`. For S3 it does. `Sources` uses only the methods below (`scripts/lint-byte-comparison` checks
/// this).
extension StringProtocol where UTF8View: BidirectionalCollection {
    package func begins(with prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }

    package func ends(with suffix: String) -> Bool { utf8.reversed().starts(with: suffix.utf8.reversed()) }

    /// The text after the prefix; `nil` if the text does not begin with it.
    package func removing(prefix: String) -> SubSequence? {
        begins(with: prefix) ? self[utf8.index(startIndex, offsetBy: prefix.utf8.count)...] : nil
    }

    /// The text before the suffix; `nil` if the text does not end with it.
    package func removing(suffix: String) -> SubSequence? {
        ends(with: suffix) ? self[..<utf8.index(endIndex, offsetBy: -suffix.utf8.count)] : nil
    }
}
