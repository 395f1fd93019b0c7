// SPDX-License-Identifier: Apache-2.0

/// Reads the elements of a data set from chunks of any size. It keeps at most one small value in memory.
///
/// The caller pulls events with `next`, which reports each element. If the caller then calls `keepValue`, the next
/// event is the element's value; otherwise the value is skipped. Sequences and items of defined length are skipped as a
/// whole, unless the caller calls `readItems`. Those of undefined length are read element by element, since that is the
/// only way to find their end. Deflated data must be inflated first.
///
/// Known mistakes of senders are tolerated where their meaning is clear; `isWellFormed` is false from then on.
/// PS3.5 §7.
package struct ElementReader {
    package enum Event: Hashable, Sendable {
        case element(ElementHeader)
        case value(Tag, [UInt8])
        /// An item begins in a sequence for which `readItems` was called.
        case item
        case needsMoreBytes
        /// `work` has reached `pause`.
        case paused
    }

    enum State {
        case header
        case value(ElementHeader, keep: Bool)
        case skipping(UInt64)
    }

    /// The number of bytes read or skipped so far.
    package private(set) var bytesExamined: UInt64 = 0
    /// The maximum of `bytesExamined`.
    var maximumBytesExamined: UInt64

    /// The work done so far: one unit for each element, item and delimiter, more for each kept value.
    package private(set) var work: UInt64 = 0
    /// The amount of work at which `next` pauses.
    package var pause = UInt64.max
    /// The maximum number of elements, items and delimiters.
    package var maximumElements = UInt64.max
    private var elements: UInt64 = 0
    /// Whether `next` reports elements. If false, it only skips them.
    var announcesElements = true

    /// The element, item or delimiter whose header was read last.
    package private(set) var place = ElementPlace(tag: Tag(0, 0), offset: 0)
    /// False after something that the standard does not allow was tolerated. From then on, the reader may have taken
    /// bytes of a value for a header.
    package private(set) var isWellFormed = true

    /// The additional work of keeping and parsing a value.
    private static let workOfValue: UInt64 = 16

    private let limits: DataSetLimits
    var level: ElementLevel
    /// The levels that enclose `level`, outermost first.
    private var outer: [ElementLevel] = []
    var state = State.header
    /// An incomplete header, or an incomplete value that is kept.
    private(set) var pending: [UInt8] = []
    /// Whether an element at the top level was read in the expected encoding. Until then, that encoding may be the
    /// wrong one.
    private var isEncodingConfirmed = false

    package init(transferSyntax: TransferSyntax, limits: DataSetLimits = DataSetLimits()) {
        level = ElementLevel(
            .dataSet, in: ElementPlace(tag: Tag(0, 0), offset: 0),
            encoding: ElementEncoding(isExplicitVR: transferSyntax.isExplicitVR, byteOrder: transferSyntax.byteOrder))
        self.limits = limits
        maximumBytesExamined = limits.maximumBytesExamined
        pending.reserveCapacity(64)
    }

    /// Adds work that was done to provide the input.
    mutating func add(work: UInt64) { self.work += work }

    /// Requests the value of the element that `next` has just reported.
    package mutating func keepValue() throws(DataSetError) {
        guard case .value(let header, _) = state, let length = header.length else { return }
        guard length <= limits.maximumValueLength else {
            throw .valueLengthExceedsMaximum(
                header.tag, length: UInt64(length), maximum: UInt64(limits.maximumValueLength))
        }
        state = .value(header, keep: true)
    }

    /// Advances to the next event and takes its bytes from the front of the input.
    package mutating func next(_ input: inout Slice<UnsafeRawBufferPointer>) throws(DataSetError) -> Event {
        while true {
            switch state {
            case .header:
                guard work < pause else { return .paused }
                if bytesExamined >= level.bound {
                    try leave()
                    continue
                }
                guard let header = try readHeader(&input) else { return .needsMoreBytes }
                work += 1
                elements += 1
                guard elements <= maximumElements else { throw .tooManyElements(maximum: maximumElements) }
                if let event = try enter(header) {
                    if announcesElements { return event }
                    // The usual case: the whole value is in the input.
                    if case .value(let header, _) = state, let length = header.length, Int(length) <= input.count {
                        advance(&input, by: Int(length))
                        state = .header
                    }
                }
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

    private mutating func readHeader(
        _ input: inout Slice<UnsafeRawBufferPointer>
    ) throws(DataSetError) -> ElementHeader? {
        if pending.isEmpty, input.count >= ElementEncoding.greatestHeaderLength {
            return try readWholeHeader(&input)
        }
        guard fill(to: ElementEncoding.leastHeaderLength, from: &input) else { return nil }
        let start = pending
        let form = try form(of: start.span.bytes, taken: start.count)
        guard fill(to: form.headerLength, from: &input) else { return nil }
        defer { pending.removeAll(keepingCapacity: true) }
        return begin(level.encoding.header(pending.span.bytes, form: form, depth: outer.count), form)
    }

    /// The usual case: the whole header is in the input.
    @inline(__always)
    private mutating func readWholeHeader(
        _ input: inout Slice<UnsafeRawBufferPointer>
    ) throws(DataSetError) -> ElementHeader {
        let bytes = UnsafeRawBufferPointer(rebasing: input.prefix(ElementEncoding.greatestHeaderLength))
        advance(&input, by: ElementEncoding.leastHeaderLength)
        let form = try form(of: bytes.bytes, taken: ElementEncoding.leastHeaderLength)
        advance(&input, by: form.headerLength - ElementEncoding.leastHeaderLength)
        return begin(level.encoding.header(bytes.bytes, form: form, depth: outer.count), form)
    }

    /// Determines the form of a header, of which `taken` bytes were already taken from the input.
    @inline(__always)
    private mutating func form(of bytes: RawSpan, taken: Int) throws(DataSetError) -> ElementEncoding.Form {
        let tag = level.encoding.tag(bytes)
        place = ElementPlace(tag: tag, offset: bytesExamined - UInt64(taken))
        // Checked here too, because endless empty elements have no values that would be checked.
        guard bytesExamined <= maximumBytesExamined else {
            throw .lengthExceedsMaximum(tag, length: bytesExamined, maximum: maximumBytesExamined)
        }
        guard tag.group != Tag.item.group else {
            guard place.offset + UInt64(ElementEncoding.leastHeaderLength) <= level.bound else {
                throw .endsOutside(of: level.element.tag)
            }
            return .implicit
        }
        let form = try formOfElement(tag, letters: ElementEncoding.letters(bytes))
        guard place.offset + UInt64(form.headerLength) <= level.bound else {
            throw .endsOutside(of: level.element.tag)
        }
        _ = try allowed(UInt64(form.headerLength - taken), of: tag)
        return form
    }

    @inline(__always)
    private mutating func formOfElement(
        _ tag: Tag, letters: ElementEncoding.Letters
    ) throws(DataSetError) -> ElementEncoding.Form {
        switch letters {
        case .known(let vr) where level.encoding.isExplicitVR:
            return .explicit(vr)
        case .known(let vr) where tag.group == 0x0002:
            // The sender left this group in from a file, where group 0002 is always in Explicit VR. PS3.10 §7.1.
            return .explicit(vr)
        case .known(let vr) where !isEncodingConfirmed:
            throw .explicitVRFound(tag, vr)
        case .known(let vr) where level.isInsideUnknown && level.lastTag == nil:
            // A toolkit changed the VR of this sequence to UN, but left its contents in Explicit VR.
            level.encoding = .explicitVRLittleEndian
            return .explicit(vr)
        case _ where !level.encoding.isExplicitVR:
            return .implicit
        case .known(let vr), .unknown(let vr):
            return .explicit(vr)
        case .placeholder:
            return .placeholder
        case .none(let first, let second):
            // A single element or item in the other encoding.
            guard isEncodingConfirmed, tag.isPlausible(after: level.lastTag), level.lastTag.map({ $0 < tag }) ?? true
            else {
                throw .invalidVR(tag, first, second)
            }
            if level.kind == .item, level.lastTag == nil { level.encoding.isExplicitVR = false }
            return .implicit
        }
    }

    /// Checks whether the header conforms to the standard, as far as the header alone shows it.
    @inline(__always)
    private mutating func begin(_ header: ElementHeader, _ form: ElementEncoding.Form) -> ElementHeader {
        guard header.tag.group != Tag.item.group else { return header }
        if outer.isEmpty, header.tag.group >= 0x0008, form != .placeholder { isEncodingConfirmed = true }
        switch form {
        case .implicit:
            // Order and plausibility are the only ways to distinguish a header from bytes of a value.
            let isInOrder = level.lastTag.map { $0 < header.tag } ?? true
            let isPlausible = isInOrder && header.tag.isPlausible(after: level.lastTag)
            if level.isExplicitVR || !isPlausible { isWellFormed = false }
        case .placeholder:
            isWellFormed = false
        case .explicit(let vr, _):
            if !vr.isKnown || !(level.isExplicitVR || header.tag.group == 0x0002) { isWellFormed = false }
        }
        return header
    }

    // MARK: Structure

    /// Handles the header. Returns `nil` for items and delimiters, which are not reported to the caller.
    @inline(__always)
    private mutating func enter(_ header: ElementHeader) throws(DataSetError) -> Event? {
        switch level.kind {
        case .sequence, .fragments: return try enterItem(header)
        case .item, .dataSet:
            guard header.tag.group == Tag.item.group else { return .element(try enterElement(header)) }
            try enterDelimiter(header)
            return nil
        }
    }

    /// Handles an item or delimiter between the elements of an item or of the data set.
    private mutating func enterDelimiter(_ header: ElementHeader) throws(DataSetError) {
        switch (header.tag, level.kind) {
        case (.itemDelimitationItem, .item):
            // The length of a delimiter is not significant; some senders write random values there.
            pop()
        case (.sequenceDelimitationItem, .item) where !level.endsWithWholeSequence:
            // The delimiter of the item is missing.
            isWellFormed = false
            pop()
            pop()
        case (.itemDelimitationItem, _), (.sequenceDelimitationItem, _):
            // The delimiter is superfluous: the item or sequence had a defined length.
            isWellFormed = false
        case (.item, .item):
            // The delimiter of the preceding item is missing.
            isWellFormed = false
            pop()
            _ = try enterItem(header)
        default:
            throw .delimiterNotExpected(header.tag)
        }
    }

    private mutating func enterItem(_ header: ElementHeader) throws(DataSetError) -> Event? {
        switch (header.tag, level.kind) {
        case (.sequenceDelimitationItem, _):
            pop()
        case (.item, .sequence) where level.readsItems:
            try push(.item, in: level.element, encoding: level.encoding, length: header.length)
            return .item
        case (.item, let kind):
            if let length = header.length {
                _ = try lengthInside(length)
                state = .skipping(try allowed(UInt64(length), of: header.tag))
            } else if kind == .fragments {
                throw .itemExpected(in: level.element.tag)
            } else {
                try push(.item, in: level.element, encoding: level.encoding)
            }
        case (.itemDelimitationItem, .sequence):
            // The delimiter is superfluous: the item had a defined length.
            isWellFormed = false
        case (let tag, _)
        where tag.group != Tag.item.group && tag > level.element.tag
            && tag.isPlausible(after: level.element.tag)
            && level.encoding == outer.last?.encoding:
            // The delimiter of the sequence is missing.
            isWellFormed = false
            pop()
            return .element(try enterElement(header.at(depth: outer.count)))
        default:
            throw .itemExpected(in: level.element.tag)
        }
        return nil
    }

    @inline(__always)
    private mutating func enterElement(_ header: ElementHeader) throws(DataSetError) -> ElementHeader {
        level.lastTag = header.tag
        level.endsWithWholeSequence = false
        if let length = header.length {
            _ = try lengthInside(length)
            level.endsWithWholeSequence = header.mayBeSequence
            state = .value(header, keep: false)
            return header
        }
        switch header.vr {
        case nil, VR.sq:
            try push(.sequence, in: place, encoding: level.encoding)
        case VR.un:
            // PS3.5 §6.2.2: the contents of a sequence whose VR the sender did not know are in Implicit VR Little
            // Endian.
            try push(.sequence, in: place, encoding: .implicitVRLittleEndian, isUnknown: level.isExplicitVR)
        case VR.ob, VR.ow:
            try push(.fragments, in: place, encoding: level.encoding)
        case let vr?:
            throw .undefinedLengthNotAllowed(header.tag, vr)
        }
        return header
    }

    mutating func push(
        _ kind: ElementLevel.Kind, in element: ElementPlace, encoding: ElementEncoding, isUnknown: Bool = false,
        length: UInt32? = nil
    ) throws(DataSetError) {
        guard outer.count < limits.maximumDepth else {
            throw .depthExceedsMaximum(element.tag, maximum: limits.maximumDepth)
        }
        var inner = ElementLevel(
            kind, in: element, encoding: encoding, isInsideUnknown: isUnknown || level.isInsideUnknown)
        inner.bound = level.bound
        if let length {
            let end = bytesExamined + (try allowed(try lengthInside(length), of: element.tag))
            inner.end = end
            inner.bound = end
        }
        outer.append(level)
        level = inner
    }

    mutating func pop() {
        if let last = outer.popLast() { level = last }
    }

    // MARK: Bytes

    /// `count` bytes, as soon as they are available.
    private mutating func take(_ count: Int, from input: inout Slice<UnsafeRawBufferPointer>) -> [UInt8]? {
        if pending.isEmpty, input.count >= count {
            defer { advance(&input, by: count) }
            return Array(input.prefix(count))
        }
        guard fill(to: count, from: &input) else { return nil }
        defer { pending.removeAll(keepingCapacity: true) }
        return pending
    }

    /// Moves bytes to `pending` until it has `count` bytes. Returns false if the input has too few.
    private mutating func fill(to count: Int, from input: inout Slice<UnsafeRawBufferPointer>) -> Bool {
        let missing = count - pending.count
        if missing > 0 {
            let taken = min(missing, input.count)
            pending.append(contentsOf: input.prefix(taken))
            advance(&input, by: taken)
        }
        return pending.count >= count
    }

    @inline(__always)
    private mutating func advance(_ input: inout Slice<UnsafeRawBufferPointer>, by count: Int) {
        input = Slice(base: input.base, bounds: (input.startIndex + count)..<input.endIndex)
        bytesExamined += UInt64(count)
    }

    @inline(__always)
    private func allowed(_ length: UInt64, of tag: Tag) throws(DataSetError) -> UInt64 {
        let remaining = maximumBytesExamined - min(bytesExamined, maximumBytesExamined)
        guard length <= remaining else {
            throw .lengthExceedsMaximum(tag, length: length, maximum: remaining)
        }
        return length
    }
}
