// SPDX-License-Identifier: Apache-2.0

import DICOM

/// The elements of an instance that say how its pixels are to be shown, and where they are. Nothing else of the data
/// set is read: no element of a patient. PS3.3 §C.7.6.3, §C.11.2.
struct PixelDescription {
    private(set) var transferSyntax: TransferSyntax
    private(set) var rows = 0
    private(set) var columns = 0
    private(set) var frames = 1
    private(set) var samplesPerPixel = 1
    private(set) var photometricInterpretation = ""
    private(set) var isPlanar = false
    private(set) var bitsAllocated = 0
    private(set) var bitsStored = 0
    private(set) var highBit = 0
    private(set) var isSigned = false
    private(set) var paddingValue: Int?
    private(set) var slope = 1.0
    private(set) var intercept = 0.0
    private(set) var windowCenter: Double?
    private(set) var windowWidth: Double?
    private(set) var hasBurntInText: Bool?
    /// The bytes of the file after the header of Pixel Data: to its end, if the length is undefined.
    private(set) var pixelData: Range<Int> = 0..<0

    /// The deepest that a sequence may be, and other limits of the reader, are those of the receiver.
    init(file: [UInt8]) throws(ThumbnailError) {
        do {
            var part10 = Part10HeaderReader()
            let progress = try part10.feed(file)
            if progress == .needsMoreBytes { try part10.finish() }
            guard let syntax = part10.transferSyntax, let offset = part10.dataSetOffset else {
                throw ThumbnailError.noPixelData
            }
            transferSyntax = syntax
            guard !syntax.isDeflated else { throw ThumbnailError.transferSyntax(syntax.uid) }
            try read(file, from: offset)
        } catch let error as DataSetError {
            throw .notReadable(error)
        } catch let error as ThumbnailError {
            throw error
        } catch {
            throw .unsupported("\(error)")
        }
        guard pixelData.lowerBound > 0 else { throw .noPixelData }
    }

    private mutating func read(_ file: [UInt8], from offset: Int) throws {
        try file.withUnsafeBytes { bytes in
            var reader = ElementReader(transferSyntax: transferSyntax)
            let dataSet = UnsafeRawBufferPointer(rebasing: bytes[offset...])
            var input = dataSet[...]
            while true {
                switch try reader.next(&input) {
                case .needsMoreBytes, .paused: return
                case .value(let tag, let value): take(tag, value)
                case .element(let header) where header.depth == 0 && header.tag == .pixelData:
                    let begin = offset + dataSet.count - input.count
                    let end = header.length.map { begin + Int($0) } ?? bytes.count
                    pixelData = begin..<min(end, bytes.count)
                    return
                case .element(let header) where header.depth == 0 && Self.tags.contains(header.tag):
                    // The first value of several is enough, but a text of unusual length is skipped.
                    if let length = header.length, length <= 256 { try reader.keepValue() }
                case .element, .item: break
                }
            }
        }
    }

    private static let tags: Set<Tag> = [
        Tag(0x0028, 0x0002), Tag(0x0028, 0x0004), Tag(0x0028, 0x0006), Tag(0x0028, 0x0008), Tag(0x0028, 0x0010),
        Tag(0x0028, 0x0011), Tag(0x0028, 0x0100), Tag(0x0028, 0x0101), Tag(0x0028, 0x0102), Tag(0x0028, 0x0103),
        Tag(0x0028, 0x0120), Tag(0x0028, 0x0301), Tag(0x0028, 0x1050), Tag(0x0028, 0x1051), Tag(0x0028, 0x1052),
        Tag(0x0028, 0x1053),
    ]

    private mutating func take(_ tag: Tag, _ value: [UInt8]) {
        let number = number(value)
        switch tag {
        case Tag(0x0028, 0x0002): samplesPerPixel = number ?? 1
        case Tag(0x0028, 0x0004): photometricInterpretation = text(value)
        case Tag(0x0028, 0x0006): isPlanar = number == 1
        case Tag(0x0028, 0x0008): frames = max(1, Int(text(value)) ?? 1)
        case Tag(0x0028, 0x0010): rows = number ?? 0
        case Tag(0x0028, 0x0011): columns = number ?? 0
        case Tag(0x0028, 0x0100): bitsAllocated = number ?? 0
        case Tag(0x0028, 0x0101): bitsStored = number ?? 0
        case Tag(0x0028, 0x0102): highBit = number ?? 0
        case Tag(0x0028, 0x0103): isSigned = number == 1
        case Tag(0x0028, 0x0120): paddingValue = number
        case Tag(0x0028, 0x0301): hasBurntInText = ["YES": true, "NO": false][text(value)]
        case Tag(0x0028, 0x1050): windowCenter = decimal(value)
        case Tag(0x0028, 0x1051): windowWidth = decimal(value)
        case Tag(0x0028, 0x1052): intercept = decimal(value) ?? 0
        case Tag(0x0028, 0x1053): slope = decimal(value) ?? 1
        default: break
        }
    }

    private func number(_ value: [UInt8]) -> Int? {
        guard value.count >= 2 else { return nil }
        let (first, second) = (Int(value[0]), Int(value[1]))
        return transferSyntax.byteOrder == .littleEndian ? second << 8 | first : first << 8 | second
    }

    /// The first value, without padding.
    private func text(_ value: [UInt8]) -> String {
        let first = value.prefix { $0 != UInt8(ascii: "\\") }.filter { $0 > 0x20 || $0 == 0x20 }
        return String(decoding: first, as: UTF8.self).split(separator: " ").joined(separator: " ")
    }

    private func decimal(_ value: [UInt8]) -> Double? {
        Double(text(value)).flatMap { $0.isFinite ? $0 : nil }
    }
}
