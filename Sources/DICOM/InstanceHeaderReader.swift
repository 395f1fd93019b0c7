// SPDX-License-Identifier: Apache-2.0

/// Reads the header of an instance from its data set as it arrives, until it has all UIDs or reaches the pixel data.
///
/// Feed it until it is complete, or call `finish` when the data set ends. `DataSetWalk` continues from there. A copy
/// shares the state of the inflation with its original: use only one of them afterwards.
package struct InstanceHeaderReader: HeaderReader {
    package typealias Progress = HeaderReaderProgress

    package private(set) var header = InstanceHeader()
    package private(set) var progress = Progress.needsMoreBytes
    private(set) var stream: ElementStream
    /// The offset of the element whose value is being kept.
    private var offsetOfValue: UInt64 = 0
    private let keptTags: Set<Tag>

    /// `keeping`: elements whose values go into `InstanceHeader.keptValues`, if they precede the last UID and have at most
    /// `maximumKeptLength` bytes.
    package init(
        transferSyntax: TransferSyntax, limits: DataSetLimits = DataSetLimits(), keeping keptTags: Set<Tag> = []
    ) throws(DataSetError) {
        self.keptTags = keptTags
        var limits = limits
        if transferSyntax.isDeflated {
            limits.maximumBytesExamined = min(limits.maximumBytesExamined, limits.maximumBytesInflated)
        }
        stream = try ElementStream(transferSyntax: transferSyntax, limits: limits)
    }

    /// The number of bytes of the data set, as sent, that were used so far. Bytes fed after completion do not count.
    package var bytesConsumed: UInt64 { stream.bytesConsumed }

    /// The element that was read last; after an error, the one that caused it.
    package var place: ElementPlace { stream.reader.place }

    /// Takes the next bytes of the data set. Bytes after completion are ignored.
    @discardableResult
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(DataSetError) -> Progress {
        var input = bytes[...]
        return try feed(&input, work: .max)
    }

    /// Takes bytes from the front of the input, and pauses after about `work` units: one for each element, item and
    /// delimiter, more for slower operations. After a pause, feed the rest of the input again, even if it is empty.
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
            case .element, .item: break
            case .value(let tag, let bytes): take(bytes, of: tag)
            }
            if progress != .needsMoreBytes { return progress }
        }
    }

    /// Call this when the data set has ended. Throws if it ended inside an element.
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
            try keepIfAsked(element)
        }
    }

    private mutating func keepIfAsked(_ element: ElementHeader) throws(DataSetError) {
        guard !keptTags.isEmpty, keptTags.contains(element.tag), let length = element.length,
            length <= Self.maximumKeptLength
        else { return }
        try stream.reader.keepValue()
    }

    /// If an element occurs twice, the first one counts.
    private mutating func take(_ bytes: [UInt8], of tag: Tag) {
        if !keptTags.isEmpty, keptTags.contains(tag), header.keptValues[tag] == nil { header.keptValues[tag] = bytes }
        switch tag {
        case .sopClassUID: header.sopClassUID = header.sopClassUID ?? uid(bytes)
        case .sopInstanceUID: header.sopInstanceUID = header.sopInstanceUID ?? uid(bytes)
        case .studyInstanceUID: header.studyInstanceUID = header.studyInstanceUID ?? uid(bytes)
        case .seriesInstanceUID: header.seriesInstanceUID = header.seriesInstanceUID ?? uid(bytes)
        case .studyDate: header.studyDate = header.studyDate ?? Self.date(bytes)
        default: break
        }
        if header.hasAllUIDs { progress = .complete }
    }

    private func uid(_ bytes: [UInt8]) -> UIDValue? { UIDValue(bytes, offset: offsetOfValue) }

    /// Valid values of one text have at most 64 characters; several values have more.
    package static let maximumKeptLength: UInt32 = 1_024

    /// Enough for `YYYY.MM.DD` with padding.
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
