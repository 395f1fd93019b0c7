/// Reads the header of an instance from its data set as it arrives, and stops before the pixel data.
///
/// Feed it until it says that it is complete, or call `finish` where the data set ends. A copy shares the state of the
/// inflation with its original: go on with one of them only.
package struct InstanceHeaderReader: HeaderReader {
    package typealias Progress = HeaderReaderProgress

    /// The last element that is looked for: whatever comes after it at the top level ends the reading.
    private static let lastTag = Tag.studyID

    package private(set) var header = InstanceHeader()
    package private(set) var progress = Progress.needsMoreBytes
    /// Bytes of the data set, as sent, that were used so far. Fewer than were fed when the header was complete earlier.
    package private(set) var bytesConsumed: UInt64 = 0

    /// What a step of inflation takes, in the reader's measure.
    private static let workOfStep: UInt64 = 256

    private var bytesInflated: UInt64 = 0
    private var reader: ElementReader
    private let inflater: Inflater?
    private let limits: DataSetLimits
    private var repertoire = CharacterRepertoire.singleByte

    package init(transferSyntax: TransferSyntax, limits: DataSetLimits = DataSetLimits()) throws(DataSetError) {
        var limits = limits
        if transferSyntax.isDeflated {
            limits.maximumBytesExamined = min(limits.maximumBytesExamined, limits.maximumBytesInflated)
        }
        reader = ElementReader(transferSyntax: transferSyntax, limits: limits)
        inflater = transferSyntax.isDeflated ? try Inflater() : nil
        self.limits = limits
    }

    /// Takes the next bytes of the data set. Once complete, further bytes are left alone.
    @discardableResult
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(DataSetError) -> Progress {
        var input = bytes[...]
        return try feed(&input, work: .max)
    }

    /// Takes the next bytes off the input's front, and leaves off when about so much work was done: one for each element,
    /// item and delimiter, and more for what takes longer. What is left is to be fed again, also when no byte is.
    @discardableResult
    package mutating func feed(
        _ input: inout Slice<UnsafeRawBufferPointer>, work: UInt64
    ) throws(DataSetError) -> Progress {
        guard progress != .complete else { return progress }
        progress = .needsMoreBytes
        let count = input.count
        let consumed = bytesConsumed
        defer { bytesConsumed = consumed + UInt64(count - input.count) }
        let received = consumed + UInt64(count)
        reader.maximumElements = limits.elements(in: received)
        if let inflater {
            try inflate(&input, of: received, with: inflater, work: work)
        } else {
            reader.pause = work == .max ? .max : reader.work + work
            try read(&input)
        }
        return progress
    }

    /// Says that the data set has ended: complete, unless it ended inside an element.
    package mutating func finish() throws(DataSetError) {
        guard progress != .complete else { return }
        guard reader.isAtElementBoundary, inflater?.isAtEnd ?? true else {
            throw .truncated(after: reader.bytesExamined)
        }
        progress = .complete
    }

    private mutating func inflate(
        _ input: inout Slice<UnsafeRawBufferPointer>, of received: UInt64, with inflater: Inflater, work: UInt64
    ) throws(DataSetError) {
        let before = reader.work
        var steps: UInt64 = 0
        while progress == .needsMoreBytes {
            var inflated = try inflater.step(&input)
            guard !inflated.isEmpty || !(input.isEmpty || inflater.isAtEnd) else { break }
            bytesInflated += UInt64(inflated.count)
            let maximum = limits.bytesInflated(of: received)
            guard bytesInflated <= maximum else { throw .inflatesTooFar(maximum: maximum) }
            try read(&inflated)
            steps += 1
            // What zlib has ready is in its buffer, and no element is cut short of its end.
            if progress == .needsMoreBytes, reader.work - before + steps * Self.workOfStep >= work {
                progress = .paused
            }
        }
        // What follows the end of the stream is padding to an even length.
        if progress == .needsMoreBytes, inflater.isAtEnd { try finish() }
    }

    private mutating func read(_ input: inout Slice<UnsafeRawBufferPointer>) throws(DataSetError) {
        while progress == .needsMoreBytes {
            switch try reader.next(&input) {
            case .needsMoreBytes: return
            case .paused: progress = .paused
            case .element(let element) where element.depth == 0: try begin(element)
            case .element: break
            case .value(let tag, let bytes): try take(bytes, of: tag)
            }
        }
    }

    private mutating func begin(_ element: ElementHeader) throws(DataSetError) {
        guard element.tag <= Self.lastTag else {
            progress = .complete
            return
        }
        switch element.tag {
        case .sopClassUID, .sopInstanceUID, .studyInstanceUID, .seriesInstanceUID:
            try reader.keepValue()
        case .specificCharacterSet, .studyDate, .studyID, .studyDescription, .patientID:
            guard let length = element.length else { return }
            if length <= limits.maximumValueLength {
                try reader.keepValue()
            } else {
                // Too long to be legal in any character set.
                setLength(Int(length), of: element.tag)
            }
        default:
            break
        }
    }

    private mutating func take(_ bytes: [UInt8], of tag: Tag) throws(DataSetError) {
        switch tag {
        case .sopClassUID: header.sopClassUID = try uid(bytes, of: tag)
        case .sopInstanceUID: header.sopInstanceUID = try uid(bytes, of: tag)
        case .studyInstanceUID: header.studyInstanceUID = try uid(bytes, of: tag)
        case .seriesInstanceUID: header.seriesInstanceUID = try uid(bytes, of: tag)
        case .studyDate: header.studyDate = Self.date(bytes)
        case .specificCharacterSet: repertoire = CharacterRepertoire(specificCharacterSet: bytes)
        default: setLength(repertoire.characterCount(bytes), of: tag)
        }
    }

    private mutating func setLength(_ length: Int?, of tag: Tag) {
        switch tag {
        case .studyID: header.studyIDLength = length
        case .studyDescription: header.studyDescriptionLength = length
        case .patientID: header.patientIDLength = length
        default: break
        }
    }

    /// Nil for an element that is there without a value.
    private func uid(_ bytes: [UInt8], of tag: Tag) throws(DataSetError) -> UID? {
        let trimmed = bytes.trimmingPadding()
        guard !trimmed.isEmpty else { return nil }
        do {
            return try UID(bytes: trimmed)
        } catch {
            throw .invalidUID(tag, error)
        }
    }

    private static func date(_ bytes: [UInt8]) -> String? {
        var digits = Array(bytes.trimmingPadding())
        if digits.count == 10, digits[4] == UInt8(ascii: "."), digits[7] == UInt8(ascii: ".") {
            digits.remove(at: 7)
            digits.remove(at: 4)
        }
        let isDate = digits.count == 8 && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return isDate ? String(decoding: digits, as: UTF8.self) : nil
    }
}
