// SPDX-License-Identifier: Apache-2.0

extension BidirectionalCollection<UInt8> {
    /// Without trailing NULs and spaces. PS3.5 §6.2 pads UIDs with NUL and text with spaces, but senders confuse them.
    @inlinable
    package func trimmingPadding() -> SubSequence {
        var end = endIndex
        while end > startIndex {
            let before = index(before: end)
            guard self[before] == 0 || self[before] == UInt8(ascii: " ") else { break }
            end = before
        }
        return self[..<end]
    }

    /// Also without leading spaces, which some senders write before UIDs.
    func trimmingUIDPadding() -> SubSequence {
        let value = trimmingPadding()
        return value[(value.firstIndex { $0 != UInt8(ascii: " ") } ?? value.endIndex)...]
    }
}
