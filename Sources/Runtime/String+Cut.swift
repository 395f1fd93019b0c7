extension String {
    /// The string, or as many whole characters of it as fit, and how much is missing.
    func cut(toBytes maximum: Int) -> String {
        guard utf8.count > maximum else { return self }
        var end = utf8.index(startIndex, offsetBy: maximum)
        // Back to the first byte of a scalar.
        while end > startIndex && utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        let kept = self[..<end]
        return "\(kept)… (\(utf8.count - kept.utf8.count) bytes more)"
    }
}
