extension BidirectionalCollection<UInt8> {
    /// Without trailing NUL and space: PS3.5 §6.2 pads UIDs with the one and text with the other, senders mix them up.
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

    /// Without leading spaces as well, which some senders write before UIDs.
    func trimmingUIDPadding() -> SubSequence {
        let value = trimmingPadding()
        return value[(value.firstIndex { $0 != UInt8(ascii: " ") } ?? value.endIndex)...]
    }
}
