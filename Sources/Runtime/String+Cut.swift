// SPDX-License-Identifier: Apache-2.0

extension String {
    /// The string if it fits; otherwise the scalars that fit, followed by the number of missing bytes.
    func cut(toBytes maximum: Int) -> String {
        guard utf8.count > maximum else { return self }
        var end = utf8.index(startIndex, offsetBy: maximum)
        // Move back to the first byte of a scalar.
        while end > startIndex && utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        let kept = self[..<end]
        return "\(kept)… (\(utf8.count - kept.utf8.count) bytes more)"
    }
}
