// SPDX-License-Identifier: Apache-2.0

/// An object that is sent: the presentation context for it, and its data set.
struct StoredObject: Sendable {
    let sopClassUID: String
    let transferSyntaxUID: String
    let body: Body
    /// Further elements of ten bytes, between the UIDs and the large element.
    var elements = 0

    /// The element that makes the object large.
    enum Body: Sendable {
        case pixels(bytes: Int)
        case text(bytes: Int)
        /// Encapsulated pixel data: an empty offset table and these fragments.
        case fragments([Int])
        /// Pixels of this many bytes, in a deflated data set.
        case deflated(bytes: Int)
    }

    static let ct = image("1.2.840.10008.5.1.4.1.1.2", bytes: 512 << 10)
    static let multiFrame = image("1.2.840.10008.5.1.4.1.1.2.1", bytes: 400 << 20)
    static let structuredReport = StoredObject(
        sopClassUID: "1.2.840.10008.5.1.4.1.1.88.11", transferSyntaxUID: "1.2.840.10008.1.2",
        body: .text(bytes: 5 << 10))
    /// JPEG 2000 Lossless for the receiver, although the fragments are noise.
    static let compressed = StoredObject(
        sopClassUID: "1.2.840.10008.5.1.4.1.1.2", transferSyntaxUID: "1.2.840.10008.1.2.4.90",
        body: .fragments([64 << 10, 64 << 10, 22 << 10]))

    /// Has as many elements as the images of scanners: the files of real scanners in test_corpus.py have 79 to 258.
    static let ctOfAScanner = StoredObject(
        sopClassUID: "1.2.840.10008.5.1.4.1.1.2", transferSyntaxUID: "1.2.840.10008.1.2",
        body: .pixels(bytes: 512 << 10), elements: 180)
    static let deflatedCT = StoredObject(
        sopClassUID: "1.2.840.10008.5.1.4.1.1.2", transferSyntaxUID: "1.2.840.10008.1.2.1.99",
        body: .deflated(bytes: 512 << 10))

    private static func image(_ sopClassUID: String, bytes: Int) -> StoredObject {
        StoredObject(sopClassUID: sopClassUID, transferSyntaxUID: "1.2.840.10008.1.2", body: .pixels(bytes: bytes))
    }

    /// Both UIDs are in the first kilobyte.
    func dataSet(instanceUID: [UInt8], studyUID: [UInt8] = Array("1.2.3.4".utf8)) -> [UInt8] {
        let isExplicit = transferSyntaxUID != "1.2.840.10008.1.2"
        var bytes: [UInt8] = []
        func append(_ group: UInt16, _ element: UInt16, _ vr: String, _ value: [UInt8]) {
            let padded = value + (value.count % 2 == 0 ? [] : [vr == "UI" ? 0 : UInt8(ascii: " ")])
            bytes += group.littleEndianBytes + element.littleEndianBytes
            bytes +=
                isExplicit
                ? Array(vr.utf8) + UInt16(padded.count).littleEndianBytes : UInt32(padded.count).littleEndianBytes
            bytes += padded
        }
        append(0x0008, 0x0016, "UI", Array(sopClassUID.utf8))
        append(0x0008, 0x0018, "UI", instanceUID)
        append(0x0010, 0x0020, "LO", Array("SYN".utf8))
        append(0x0020, 0x000D, "UI", studyUID)
        append(0x0020, 0x000E, "UI", Array("1.2.3.5".utf8))
        append(0x0020, 0x0010, "SH", Array("1".utf8))
        for number in 0..<elements { append(0x0029, 0x1000 + UInt16(number), "LO", Array("0123456789".utf8)) }
        if case .deflated(let count) = body {
            return DeflatedDataSet.bytes(head: bytes, pixels: Self.smoothPixels(count))
        }
        appendBody(to: &bytes)
        return bytes
    }

    private func appendBody(to bytes: inout [UInt8]) {
        switch body {
        case .pixels(let count):
            bytes += [0xE0, 0x7F, 0x10, 0x00] + UInt32(count).littleEndianBytes
            bytes += Self.noise(count)
        case .text(let count):
            bytes += [0x40, 0x00, 0x60, 0xA1] + UInt32(count).littleEndianBytes
            bytes += [UInt8](repeating: UInt8(ascii: "x"), count: count)
        case .fragments(let counts):
            bytes += [0xE0, 0x7F, 0x10, 0x00] + Array("OB".utf8) + [0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
            bytes += [0xFE, 0xFF, 0x00, 0xE0, 0, 0, 0, 0]
            for count in counts {
                bytes += [0xFE, 0xFF, 0x00, 0xE0] + UInt32(count).littleEndianBytes
                bytes += Self.noise(count)
            }
            bytes += [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]
        case .deflated: break
        }
    }

    /// Little endian numbers of 12 bits with small differences between neighbours, like a scanner's pixels. They
    /// deflate to about half of their size.
    private static func smoothPixels(_ count: Int) -> [UInt8] {
        noise(count / 2).enumerated().flatMap { index, byte in
            UInt16(1000 + index / 512 % 512 + Int(byte & 15)).littleEndianBytes
        }
    }

    private static func noise(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            var state: UInt64 = 88_172_645_463_325_252
            for offset in stride(from: 0, to: count, by: 8) {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                withUnsafeBytes(of: state) {
                    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[offset...])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: $0.prefix(count - offset)))
                }
            }
            initializedCount = count
        }
    }
}

extension FixedWidthInteger {
    var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
