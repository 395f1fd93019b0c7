// SPDX-License-Identifier: Apache-2.0

/// Reads the part of a file before the data set, as it arrives: preamble, prefix and the elements of group 0002. PS3.10
/// §7.1.
///
/// Elements that are not needed are not validated. The group ends where an element of another group begins. The group
/// length (0002,0000) is ignored, because it is wrong or missing in many files. Elements are in Explicit VR Little
/// Endian; an element without a VR is read as Implicit VR.
struct FileMetaReader {
    private enum State {
        case preamble
        case header
        /// The number of remaining bytes of a value that is not kept.
        case skipping(Int)
        case keeping(Tag, length: Int)
        case ended
    }

    /// The received bytes without padding; `nil` if absent. The first occurrence counts.
    private(set) var transferSyntaxUID: [UInt8]?
    private(set) var mediaStorageSOPClassUID: [UInt8]?
    /// The number of bytes before the data set that were read so far.
    var length: Int { lengthOfWhole + (hasEnded ? 0 : pending.count) }
    /// The first bytes of the data set, which were read to detect the end of the group.
    var beginningOfDataSet: [UInt8] { hasEnded ? pending : [] }

    private let limits: DataSetLimits
    /// The length of the elements, and of the parts of skipped values, that were read completely.
    private var lengthOfWhole = 0
    private var state = State.preamble
    private var pending: [UInt8] = []

    init(limits: DataSetLimits) {
        self.limits = limits
    }

    /// Whether all elements so far are complete, so that the group can end here.
    var isAtElementBoundary: Bool {
        if case .header = state { pending.isEmpty } else { hasEnded }
    }

    var hasEnded: Bool { if case .ended = state { true } else { false } }

    /// Takes bytes from the front of the input until the group has ended.
    mutating func read(_ input: inout Slice<UnsafeRawBufferPointer>) throws(DataSetError) {
        while true {
            switch state {
            case .preamble:
                guard fill(to: FileMetaInformation.preambleLength + 4, from: &input) else { return }
                guard pending.dropFirst(FileMetaInformation.preambleLength).elementsEqual(FileMetaInformation.prefix)
                else {
                    throw .prefixMissing
                }
                advance(to: .header)
            case .header:
                guard try readHeader(&input) else { return }
            case .skipping(let left):
                let taken = min(left, input.count)
                input = input.dropFirst(taken)
                lengthOfWhole += taken
                state = taken == left ? .header : .skipping(left - taken)
                guard taken == left else { return }
            case .keeping(let tag, let count):
                guard fill(to: count, from: &input) else { return }
                keep(pending, of: tag)
                advance(to: .header)
            case .ended: return
            }
        }
    }

    // MARK: -

    /// Returns false if more bytes are needed.
    private mutating func readHeader(_ input: inout Slice<UnsafeRawBufferPointer>) throws(DataSetError) -> Bool {
        guard fill(to: 2, from: &input) else { return false }
        guard ByteOrder.littleEndian.uint16(pending.span.bytes, at: 0) == 0x0002 else {
            state = .ended
            return true
        }
        guard fill(to: ElementEncoding.leastHeaderLength, from: &input) else { return false }
        let form = VR(pending[4], pending[5]).map { ElementEncoding.Form.explicit($0) } ?? .implicit
        guard fill(to: form.headerLength, from: &input) else { return false }
        let header = ElementEncoding.explicitVRLittleEndian.header(pending.span.bytes, form: form, depth: 0)
        let tag = header.tag
        let count = header.length ?? .max
        let left = Int(limits.maximumFileMetaInformationLength) - length
        guard Int(count) <= left else {
            throw .lengthExceedsMaximum(tag, length: UInt64(count), maximum: UInt64(max(0, left)))
        }
        let isKept = isLookedFor(tag) && count <= limits.maximumValueLength
        advance(to: isKept ? .keeping(tag, length: Int(count)) : .skipping(Int(count)))
        return true
    }

    private func isLookedFor(_ tag: Tag) -> Bool {
        switch tag {
        case .transferSyntaxUID: transferSyntaxUID == nil
        case .mediaStorageSOPClassUID: mediaStorageSOPClassUID == nil
        default: false
        }
    }

    private mutating func keep(_ value: [UInt8], of tag: Tag) {
        let value = Array(value.trimmingUIDPadding())
        guard !value.isEmpty else { return }
        if tag == .transferSyntaxUID { transferSyntaxUID = value } else { mediaStorageSOPClassUID = value }
    }

    private mutating func advance(to next: State) {
        lengthOfWhole += pending.count
        pending = []
        state = next
    }

    private mutating func fill(to count: Int, from input: inout Slice<UnsafeRawBufferPointer>) -> Bool {
        let taken = min(max(0, count - pending.count), input.count)
        pending.append(contentsOf: input.prefix(taken))
        input = input.dropFirst(taken)
        return pending.count >= count
    }
}
