/// Prefixes and suffixes of keys, URIs and names from outside, compared byte by byte in UTF-8.
///
/// Swift's own `hasPrefix` and `hasSuffix` compare characters: `inbox/` with a combining mark behind it does not begin with `inbox/`
/// to them, although its bytes do, and S3 lists it there. Only these are used in `Sources` (`scripts/lint-byte-comparison`).
extension StringProtocol where UTF8View: BidirectionalCollection {
    package func begins(with prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }

    package func ends(with suffix: String) -> Bool { utf8.reversed().starts(with: suffix.utf8.reversed()) }

    /// What is behind the prefix; nil where the text does not begin with it.
    package func removing(prefix: String) -> SubSequence? {
        begins(with: prefix) ? self[utf8.index(startIndex, offsetBy: prefix.utf8.count)...] : nil
    }

    /// What is before the suffix; nil where the text does not end with it.
    package func removing(suffix: String) -> SubSequence? {
        ends(with: suffix) ? self[..<utf8.index(endIndex, offsetBy: -suffix.utf8.count)] : nil
    }
}
