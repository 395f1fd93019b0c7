// SPDX-License-Identifier: Apache-2.0

/// One frame of encapsulated JPEG Baseline, as the browser can show it. PS3.5 §A.4.
struct JPEGFrame {
    let bytes: [UInt8]
    /// From 1.
    let number: Int

    /// The largest number of fragments that are looked at.
    private static let maximumFragments = 100_000

    init(of file: [UInt8], _ pixels: PixelDescription) throws(ThumbnailError) {
        let fragments = try Self.fragments(of: file, in: pixels.pixelData)
        if fragments.count == pixels.frames {
            number = pixels.frames / 2 + 1
            bytes = Array(file[fragments[number - 1]])
        } else {
            // Frames of several fragments: the first one ends with the fragment that has the end of the image.
            number = 1
            var joined: [UInt8] = []
            for fragment in fragments {
                joined += file[fragment]
                if joined.suffix(3).contains(where: { $0 == 0xD9 }) && pixels.frames > 1 { break }
            }
            bytes = joined
        }
        try Self.check(bytes)
    }

    /// The fragments after the offset table.
    private static func fragments(of file: [UInt8], in range: Range<Int>) throws(ThumbnailError) -> [Range<Int>] {
        var fragments: [Range<Int>] = []
        var position = range.lowerBound
        while position + 8 <= range.upperBound {
            let tag = file[position..<position + 4]
            let length = (0..<4).reduce(0) { $0 | Int(file[position + 4 + $1]) << (8 * $1) }
            position += 8
            if tag.elementsEqual([0xFE, 0xFF, 0xDD, 0xE0]) { break }
            guard tag.elementsEqual([0xFE, 0xFF, 0x00, 0xE0]), length <= range.upperBound - position else {
                throw .damagedFrame("a fragment is longer than the pixel data")
            }
            fragments.append(position..<position + length)
            guard fragments.count <= maximumFragments else { throw .damagedFrame("too many fragments") }
            position += length
        }
        guard fragments.count > 1 else { throw .damagedFrame("there is no fragment") }
        return Array(fragments.dropFirst())
    }

    /// Throws unless it begins as an image, and its frame header is that of the baseline process (SOF0).
    private static func check(_ bytes: [UInt8]) throws(ThumbnailError) {
        guard bytes.starts(with: [0xFF, 0xD8]) else { throw .damagedFrame("it does not begin with SOI") }
        var position = 2
        while position + 4 <= bytes.count, bytes[position] == 0xFF {
            let marker = bytes[position + 1]
            if marker == 0xFF {
                position += 1
                continue
            }
            if marker == 0xC0 || marker == 0xC1 || marker == 0xC2 { return }
            guard marker != 0xDA, marker != 0xD9 else { break }
            position += 2 + (Int(bytes[position + 2]) << 8 | Int(bytes[position + 3]))
        }
        throw .damagedFrame("it has no frame header that a browser can show")
    }
}
