/// Reads the header of an instance from its data set as it arrives: as far as the UIDs, wherever they stand before the pixel
/// data.
///
/// Feed it until it says that it is complete, or call `finish` where the data set ends. `DataSetWalk` goes on from there. A
/// copy shares the state of the inflation with its original: go on with one of them only.
package struct InstanceHeaderReader: HeaderReader {
    package typealias Progress = HeaderReaderProgress

    package private(set) var header = InstanceHeader()
    package private(set) var progress = Progress.needsMoreBytes
    private(set) var stream: ElementStream
    /// Where the element began whose value is kept.
    private var offsetOfValue: UInt64 = 0

    package init(transferSyntax: TransferSyntax, limits: DataSetLimits = DataSetLimits()) throws(DataSetError) {
        var limits = limits
        if transferSyntax.isDeflated {
            limits.maximumBytesExamined = min(limits.maximumBytesExamined, limits.maximumBytesInflated)
        }
        stream = try ElementStream(transferSyntax: transferSyntax, limits: limits)
    }

    /// Bytes of the data set, as sent, that were used so far. Fewer than were fed when the header was complete earlier.
    package var bytesConsumed: UInt64 { stream.bytesConsumed }

    /// The element at which reading failed, if it did.
    package var place: ElementPlace { stream.reader.place }

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
        stream.begin(input, work: work)
        defer { stream.end(input) }
        while true {
            switch try stream.next(&input) {
            case .needsMoreBytes: return progress
            case .paused: progress = .paused
            case .element(let element) where element.depth == 0: try begin(element)
            case .element: break
            case .value(let tag, let bytes): take(bytes, of: tag)
            }
            if progress != .needsMoreBytes { return progress }
        }
    }

    /// Says that the data set has ended: complete, unless it ended inside an element.
    package mutating func finish() throws(DataSetError) {
        guard progress != .complete else { return }
        guard stream.cut == nil else { throw .truncated(after: stream.reader.bytesExamined) }
        progress = .complete
    }

    private mutating func begin(_ element: ElementHeader) throws(DataSetError) {
        switch element.tag {
        case .sopClassUID, .sopInstanceUID, .studyInstanceUID, .seriesInstanceUID, .studyDate:
            offsetOfValue = stream.reader.place.offset
            if element.tag != .studyDate || element.length ?? 0 <= Self.maximumDateLength {
                try stream.reader.keepValue()
            }
        case .pixelData, .floatPixelData, .doubleFloatPixelData:
            progress = .complete
        default:
            break
        }
    }

    /// Where an element stands twice, the first one counts.
    private mutating func take(_ bytes: [UInt8], of tag: Tag) {
        switch tag {
        case .sopClassUID: header.sopClassUID = header.sopClassUID ?? uid(bytes)
        case .sopInstanceUID: header.sopInstanceUID = header.sopInstanceUID ?? uid(bytes)
        case .studyInstanceUID: header.studyInstanceUID = header.studyInstanceUID ?? uid(bytes)
        case .seriesInstanceUID: header.seriesInstanceUID = header.seriesInstanceUID ?? uid(bytes)
        default: header.studyDate = header.studyDate ?? Self.date(bytes)
        }
        if header.hasAllUIDs { progress = .complete }
    }

    private func uid(_ bytes: [UInt8]) -> UIDValue? { UIDValue(bytes, offset: offsetOfValue) }

    /// `YYYY.MM.DD`, and padding.
    private static let maximumDateLength: UInt32 = 64

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
