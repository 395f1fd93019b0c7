// SPDX-License-Identifier: Apache-2.0

import CZlib
import Testing

@testable import Console

@Suite("Console: thumbnails")
struct ThumbnailTests {
    /// A Part 10 file in Explicit VR Little Endian: elements of group 0028 as given, then pixel data.
    private func file(
        syntax: String = "1.2.840.10008.1.2.1", rows: UInt16 = 2, columns: UInt16 = 2, bits: UInt16 = 8,
        photometric: String = "MONOCHROME2", samples: UInt16 = 1, signed: UInt16 = 0, stored: UInt16? = nil,
        text: [(UInt16, String, String)] = [], pixels: [UInt8], encapsulated: Bool = false
    ) -> [UInt8] {
        var meta = element(0x0002, 0x0010, "UI", padded(syntax, with: 0))
        meta = element(0x0002, 0x0000, "UL", le32(UInt32(meta.count))) + meta
        var dataSet: [UInt8] = element(0x0010, 0x0010, "PN", padded("SECRET^NAME", with: 32))
        var elements: [(UInt16, String, [UInt8])] = [
            (0x0002, "US", le16(samples)), (0x0004, "CS", padded(photometric, with: 32)), (0x0010, "US", le16(rows)),
            (0x0011, "US", le16(columns)), (0x0100, "US", le16(bits)), (0x0101, "US", le16(stored ?? bits)),
            (0x0102, "US", le16((stored ?? bits) - 1)), (0x0103, "US", le16(signed)),
        ]
        elements += text.map { ($0.0, $0.1, padded($0.2, with: 32)) }
        for (number, vr, value) in elements.sorted(by: { $0.0 < $1.0 }) {
            dataSet += element(0x0028, number, vr, value)
        }
        let length = encapsulated ? UInt32.max : UInt32(pixels.count)
        dataSet += le16(0x7FE0) + le16(0x0010) + Array("OW".utf8) + [0, 0] + le32(length) + pixels
        return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + meta + dataSet
    }

    private func element(_ group: UInt16, _ number: UInt16, _ vr: String, _ value: [UInt8]) -> [UInt8] {
        le16(group) + le16(number) + Array(vr.utf8) + le16(UInt16(value.count)) + value
    }

    private func padded(_ text: String, with padding: UInt8) -> [UInt8] {
        Array(text.utf8) + (text.utf8.count % 2 == 1 ? [padding] : [])
    }

    private func le16(_ value: UInt16) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    private func le32(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

    /// Width, height and samples of a PNG that `PNGImage` made.
    private func decoded(_ png: [UInt8]) throws -> (width: Int, height: Int, samples: [UInt8]) {
        func number(_ at: Int) -> Int { png[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
        let (width, height, samples) = (number(16), number(20), png[25] == 2 ? 3 : 1)
        let length = number(33)
        #expect(Array(png[37..<41]) == Array("IDAT".utf8))
        var lines = [UInt8](repeating: 0, count: (width * samples + 1) * height)
        var size = UInt(lines.count)
        let compressed = Array(png[41..<41 + length])
        try #require(uncompress(&lines, &size, compressed, UInt(length)) == Z_OK)
        var result: [UInt8] = []
        for line in 0..<height {
            let start = line * (width * samples + 1)
            #expect(lines[start] == 0)
            result += lines[start + 1..<start + 1 + width * samples]
        }
        return (width, height, result)
    }

    private func grey(_ file: [UInt8], side: Int = 64) throws -> [UInt8] {
        try decoded(Thumbnail(of: file, side: side).bytes).samples
    }

    @Test("Without a window, grey goes from the least to the greatest value")
    func range() throws {
        #expect(try grey(file(pixels: [10, 20, 30, 110])) == [0, 26, 51, 255])
    }

    @Test("MONOCHROME1 is inverted")
    func monochrome1() throws {
        #expect(try grey(file(photometric: "MONOCHROME1", pixels: [10, 20, 30, 110])) == [255, 229, 204, 0])
    }

    @Test("The data set's window is applied after the rescaling, PS3.3 §C.11.2.1.2")
    func window() throws {
        // Values 0, 50, 100, 150 become -100, 0, 100, 200; the window goes from -0.5 to 98.5.
        let texts: [(UInt16, String, String)] = [
            (0x1050, "DS", "49.5\\7"), (0x1051, "DS", "100\\7"), (0x1052, "DS", "-100"), (0x1053, "DS", "2"),
        ]
        #expect(try grey(file(text: texts, pixels: [0, 50, 100, 150])) == [0, 1, 255, 255])
    }

    @Test("Of 16 bits, only the stored ones count, with their sign")
    func signed() throws {
        // 12 bits stored: 0xF800 is -2048 whatever the upper four bits are; 0x07FF is 2047.
        let pixels = le16(0xF800) + le16(0x0800) + le16(0x07FF) + le16(0x0000)
        #expect(try grey(file(bits: 16, signed: 1, stored: 12, pixels: pixels)) == [0, 0, 255, 128])
    }

    @Test("Pixels of the padding value do not widen the range")
    func padding() throws {
        let padded = file(
            bits: 16, signed: 1, text: [(0x0120, "SS", "\u{30}\u{78}")],
            pixels: le16(0x7830) + le16(0) + le16(10) + le16(20))
        #expect(try grey(padded) == [255, 0, 128, 255])
    }

    @Test("A large image becomes smaller, by the mean of squares")
    func smaller() throws {
        let pixels: [UInt8] = [0, 0, 100, 100, 0, 0, 100, 100, 50, 50, 25, 25, 50, 50, 25, 25]
        let picture = try Thumbnail(of: file(rows: 4, columns: 4, pixels: pixels), side: 2)
        #expect(try decoded(picture.bytes) == (2, 2, [0, 255, 128, 64]))
        #expect(picture.columns == 4 && picture.rows == 4)
    }

    @Test("Of several frames, the middle one is shown")
    func frames() throws {
        let pixels = [UInt8](repeating: 9, count: 4) + [0, 0, 0, 1] + [UInt8](repeating: 9, count: 4)
        let picture = try Thumbnail(of: file(text: [(0x0008, "IS", "3")], pixels: pixels), side: 64)
        #expect(try decoded(picture.bytes).samples == [0, 0, 0, 255])
        #expect(picture.frame == 2 && picture.frames == 3)
    }

    @Test("RGB by pixel and by plane gives the same colours")
    func colours() throws {
        let byPixel = try Thumbnail(
            of: file(columns: 1, photometric: "RGB", samples: 3, pixels: [1, 2, 3, 4, 5, 6]), side: 64)
        #expect(try decoded(byPixel.bytes) == (1, 2, [1, 2, 3, 4, 5, 6]))
        let planar: [(UInt16, String, String)] = [(0x0006, "US", "\u{1}\u{0}")]
        let byPlane = file(columns: 1, photometric: "RGB", samples: 3, text: planar, pixels: [1, 4, 2, 5, 3, 6])
        #expect(try decoded(Thumbnail(of: byPlane, side: 64).bytes).samples == [1, 2, 3, 4, 5, 6])
    }

    @Test(
        "What the sender says about burnt-in text is told", arguments: [("YES", "text is burnt in"), ("NO", "no text")])
    func burntIn(value: String, note: String) throws {
        let picture = try Thumbnail(of: file(text: [(0x0301, "CS", value)], pixels: [0, 1, 2, 3]), side: 64)
        #expect(picture.note.contains(note))
    }

    @Test("A frame of JPEG Baseline is handed to the browser as it is; the middle one of several")
    func jpeg() throws {
        let frame: [UInt8] = [0xFF, 0xD8, 0xFF, 0xC0, 0, 4, 8, 0, 0xFF, 0xD9]
        func item(_ bytes: [UInt8]) -> [UInt8] { [0xFE, 0xFF, 0x00, 0xE0] + le32(UInt32(bytes.count)) + bytes }
        let end: [UInt8] = [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]
        let second = frame.map { $0 == 8 ? 9 : $0 }
        let baseline = "1.2.840.10008.1.2.4.50"
        let three = file(
            syntax: baseline, text: [(0x0008, "IS", "3")],
            pixels: item([]) + item(frame) + item(second) + item(frame) + end,
            encapsulated: true)
        let picture = try Thumbnail(of: three, side: 64)
        #expect(picture.type == "image/jpeg" && picture.bytes == second && picture.frame == 2)
        // One frame in two fragments.
        let split = file(
            syntax: baseline, pixels: item([]) + item(Array(frame[..<4])) + item(Array(frame[4...])) + end,
            encapsulated: true)
        #expect(try Thumbnail(of: split, side: 64).bytes == frame)
        // Every truncation is an error, not a trap.
        for length in stride(from: three.count - 9, to: 0, by: -1) {
            #expect(throws: ThumbnailError.self, "\(length)") {
                let picture = try Thumbnail(of: Array(three[..<length]), side: 64)
                // Cut behind its first fragments, the rest of the file is one whole frame.
                if picture.bytes.starts(with: frame) || picture.bytes.starts(with: [0xFF, 0xD8]) {
                    throw ThumbnailError.noPixelData
                }
            }
        }
    }

    @Test(
        "Every other transfer syntax says why not",
        arguments: [
            ("1.2.840.10008.1.2.5", "RLE Lossless"), ("1.2.840.10008.1.2.4.90", "JPEG 2000 Lossless"),
            ("1.2.840.10008.1.2.4.202", "HTJ2K Lossless RPCL"), ("1.2.840.10008.1.2.4.110", "1.2.840.10008.1.2.4.110"),
            ("1.2.840.10008.1.2.1.99", "Deflated Explicit VR Little Endian"),
        ])
    func otherSyntax(uid: String, name: String) {
        #expect { try Thumbnail.checkTransferSyntax(uid) } throws: { error in
            (error as? ThumbnailError)?.problem.text.contains(name) == true
        }
    }

    @Test(
        "What cannot be shown is an error that says why",
        arguments: [
            ("PALETTE COLOR", UInt16(1), UInt16(8), "PALETTE COLOR with 1 samples of 8 bits"),
            ("MONOCHROME2", 1, 32, "MONOCHROME2 with 1 samples of 32 bits"),
            ("RGB", 3, 16, "RGB with 3 samples of 16 bits"),
        ])
    func unsupported(photometric: String, samples: UInt16, bits: UInt16, text: String) {
        let made = file(
            bits: bits, photometric: photometric, samples: samples, pixels: [UInt8](repeating: 0, count: 64))
        #expect { try Thumbnail(of: made, side: 64) } throws: { error in
            (error as? ThumbnailError)?.problem.text == "the console does not show \(text)"
        }
    }

    @Test("Pixel data that are too short, and a file that is cut anywhere, are errors")
    func damaged() throws {
        #expect(throws: ThumbnailError.pixelDataTooShort(expected: 4, got: 3)) {
            try Thumbnail(of: file(pixels: [1, 2, 3]), side: 64)
        }
        let whole = file(pixels: [1, 2, 3, 4])
        for length in 0..<whole.count {
            #expect(throws: ThumbnailError.self, "\(length)") { try Thumbnail(of: Array(whole[..<length]), side: 64) }
        }
    }

    @Test("No error of a data set has a value of an element of the patient")
    func privacy() {
        for length in 0..<200 {
            do {
                _ = try Thumbnail(of: Array(file(pixels: [1, 2, 3, 4]).prefix(length)), side: 64)
            } catch {
                #expect(!"\(error) \(error.problem)".contains("SECRET"))
            }
        }
    }
}
