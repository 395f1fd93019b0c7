/// Finds the elements of a data set in chunks of any size, without keeping more than one small value.
///
/// The caller pulls: `next` says that an element begins; a call of `keepValue` then makes `next` deliver its value,
/// otherwise the value is passed over. Sequences and items of defined length are passed over whole, those of undefined
/// length are descended into, since nothing else finds their end. Deflated data must be inflated before.
/// PS3.5 §7.
package struct ElementReader {
    package enum Event: Hashable, Sendable {
        case element(ElementHeader)
        case value(Tag, [UInt8])
        case needsMoreBytes
        /// `pause` is reached.
        case paused
    }

    /// What encloses the position: each of these ends with a delimiter.
    private enum Frame {
        case sequence(ElementEncoding)
        case item(ElementEncoding)
        /// Of encapsulated pixel data. PS3.5 §A.4.
        case fragments(ElementEncoding)
    }

    private enum State {
        case header
        case value(ElementHeader, keep: Bool)
        case skipping(UInt64)
    }

    /// Bytes read or skipped so far.
    package private(set) var bytesExamined: UInt64 = 0

    /// Work done so far: one for each element, item and delimiter, and more for values that were kept.
    package private(set) var work: UInt64 = 0
    /// At how much work `next` leaves off.
    package var pause = UInt64.max
    /// How many elements, items and delimiters there may be.
    package var maximumElements = UInt64.max
    private var elements: UInt64 = 0

    /// What it takes to keep a value and look into it, beside passing it over.
    private static let workOfValue: UInt64 = 16

    private let encoding: ElementEncoding
    private let limits: DataSetLimits
    private var frames: [Frame] = []
    private var state = State.header
    /// A header or a value to keep that is not whole yet.
    private var pending: [UInt8] = []

    package init(transferSyntax: TransferSyntax, limits: DataSetLimits = DataSetLimits()) {
        encoding = ElementEncoding(isExplicitVR: transferSyntax.isExplicitVR, byteOrder: transferSyntax.byteOrder)
        self.limits = limits
        pending.reserveCapacity(64)
    }

    /// Whether the data set may end here: not inside an element or a sequence.
    package var isAtElementBoundary: Bool {
        guard case .header = state else { return false }
        return pending.isEmpty && frames.isEmpty
    }

    /// Asks for the value of the element that `next` has just announced.
    package mutating func keepValue() throws(DataSetError) {
        guard case .value(let header, _) = state, let length = header.length else { return }
        guard length <= limits.maximumValueLength else {
            throw .lengthExceedsMaximum(
                header.tag, length: UInt64(length), maximum: UInt64(limits.maximumValueLength))
        }
        state = .value(header, keep: true)
    }

    /// Advances to the next event and takes the bytes that it covers off the input's front.
    package mutating func next(_ input: inout Slice<UnsafeRawBufferPointer>) throws(DataSetError) -> Event {
        while true {
            switch state {
            case .header:
                guard work < pause else { return .paused }
                guard let header = try readHeader(&input) else { return .needsMoreBytes }
                work += 1
                elements += 1
                guard elements <= maximumElements else { throw .tooManyElements(maximum: maximumElements) }
                if let event = try enter(header) { return event }
            case .value(let header, keep: true):
                let length = Int(header.length ?? 0)
                guard let value = take(length, from: &input) else { return .needsMoreBytes }
                state = .header
                work += Self.workOfValue
                return .value(header.tag, value)
            case .value(let header, keep: false):
                state = .skipping(try allowed(UInt64(header.length ?? 0), of: header.tag))
            case .skipping(let remaining):
                let count = Int(min(remaining, UInt64(input.count)))
                advance(&input, by: count)
                guard UInt64(count) == remaining else {
                    state = .skipping(remaining - UInt64(count))
                    return .needsMoreBytes
                }
                state = .header
            }
        }
    }

    // MARK: Headers

    private var currentEncoding: ElementEncoding {
        switch frames.last {
        case .sequence(let encoding), .item(let encoding), .fragments(let encoding): encoding
        case nil: encoding
        }
    }

    private mutating func readHeader(
        _ input: inout Slice<UnsafeRawBufferPointer>
    ) throws(DataSetError) -> ElementHeader? {
        if pending.isEmpty, input.count >= ElementEncoding.greatestHeaderLength {
            return try readWholeHeader(&input)
        }
        guard fill(to: ElementEncoding.leastHeaderLength, from: &input) else { return nil }
        let length = try headerLength(pending.span.bytes, taken: pending.count)
        guard fill(to: length, from: &input) else { return nil }
        defer { pending.removeAll(keepingCapacity: true) }
        return currentEncoding.header(pending.span.bytes, depth: frames.count)
    }

    /// As nearly all are: one that need not be put together.
    private mutating func readWholeHeader(
        _ input: inout Slice<UnsafeRawBufferPointer>
    ) throws(DataSetError) -> ElementHeader {
        let bytes = UnsafeRawBufferPointer(rebasing: input.prefix(ElementEncoding.greatestHeaderLength))
        advance(&input, by: ElementEncoding.leastHeaderLength)
        let length = try headerLength(bytes.bytes, taken: ElementEncoding.leastHeaderLength)
        advance(&input, by: length - ElementEncoding.leastHeaderLength)
        return currentEncoding.header(bytes.bytes, depth: frames.count)
    }

    /// Of a header of which so many bytes were taken off the input.
    private func headerLength(_ bytes: RawSpan, taken: Int) throws(DataSetError) -> Int {
        let encoding = currentEncoding
        // Empty elements without end are bytes too.
        guard bytesExamined <= limits.maximumBytesExamined else {
            throw .lengthExceedsMaximum(
                encoding.tag(bytes), length: bytesExamined, maximum: limits.maximumBytesExamined)
        }
        let length = try encoding.headerLength(bytes)
        _ = try allowed(UInt64(length - taken), of: encoding.tag(bytes))
        return length
    }

    /// Decides what the header opens; nil when it is structure, which the caller is not told about.
    private mutating func enter(_ header: ElementHeader) throws(DataSetError) -> Event? {
        switch frames.last {
        case .sequence(let encoding):
            try enterItem(header, of: encoding, isFragment: false)
            return nil
        case .fragments(let encoding):
            try enterItem(header, of: encoding, isFragment: true)
            return nil
        case .item where header.tag == .itemDelimitationItem:
            // The length of a delimiter is not significant; some senders leave rubbish there.
            frames.removeLast()
            return nil
        case .item, nil:
            return .element(try enterElement(header))
        }
    }

    private mutating func enterItem(
        _ header: ElementHeader, of encoding: ElementEncoding, isFragment: Bool
    ) throws(DataSetError) {
        switch header.tag {
        case .sequenceDelimitationItem:
            frames.removeLast()
        case .item:
            if let length = header.length {
                state = .skipping(try allowed(UInt64(length), of: header.tag))
            } else if isFragment {
                throw .itemExpected(found: header.tag)
            } else {
                try push(.item(encoding), for: header.tag)
            }
        default:
            throw .itemExpected(found: header.tag)
        }
    }

    private mutating func enterElement(_ header: ElementHeader) throws(DataSetError) -> ElementHeader {
        guard header.tag.group != Tag.item.group else { throw .delimiterNotExpected(header.tag) }
        guard header.tag.group >= 0x0008 else { throw .groupNotAllowed(header.tag) }
        guard header.length == nil else {
            state = .value(header, keep: false)
            return header
        }
        switch header.vr {
        case nil, VR.sq:
            try push(.sequence(currentEncoding), for: header.tag)
        case VR.un:
            // PS3.5 §6.2.2: a sequence whose VR the sender did not know is in Implicit VR Little Endian inside.
            try push(.sequence(.implicitVRLittleEndian), for: header.tag)
        case VR.ob, VR.ow:
            try push(.fragments(currentEncoding), for: header.tag)
        case let vr?:
            throw .undefinedLengthNotAllowed(header.tag, vr)
        }
        return header
    }

    private mutating func push(_ frame: Frame, for tag: Tag) throws(DataSetError) {
        guard frames.count < limits.maximumDepth else {
            throw .depthExceedsMaximum(tag, maximum: limits.maximumDepth)
        }
        frames.append(frame)
    }

    // MARK: Bytes

    /// So many bytes, when they have come.
    private mutating func take(_ count: Int, from input: inout Slice<UnsafeRawBufferPointer>) -> [UInt8]? {
        if pending.isEmpty, input.count >= count {
            defer { advance(&input, by: count) }
            return Array(input.prefix(count))
        }
        guard fill(to: count, from: &input) else { return nil }
        defer { pending.removeAll(keepingCapacity: true) }
        return pending
    }

    /// Moves bytes to `pending` until it holds so many; false when the input ended before.
    private mutating func fill(to count: Int, from input: inout Slice<UnsafeRawBufferPointer>) -> Bool {
        let missing = count - pending.count
        if missing > 0 {
            let taken = min(missing, input.count)
            pending.append(contentsOf: input.prefix(taken))
            advance(&input, by: taken)
        }
        return pending.count >= count
    }

    private mutating func advance(_ input: inout Slice<UnsafeRawBufferPointer>, by count: Int) {
        input = input.dropFirst(count)
        bytesExamined += UInt64(count)
    }

    private func allowed(_ length: UInt64, of tag: Tag) throws(DataSetError) -> UInt64 {
        let remaining = limits.maximumBytesExamined - min(bytesExamined, limits.maximumBytesExamined)
        guard length <= remaining else {
            throw .lengthExceedsMaximum(tag, length: length, maximum: remaining)
        }
        return length
    }
}
