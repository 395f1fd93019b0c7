// SPDX-License-Identifier: Apache-2.0

/// A deflate stream (RFC 1951) of elements without a value: four million of them take 200 KB.
struct DeflateBomb {
    private(set) var bytes: [UInt8] = []
    private var bits = 0
    private var bitCount = 0

    init(elements: Int) {
        // (0009,0010) LO, Explicit VR, in a non-compressed block.
        let element: [UInt8] = [9, 0, 0x10, 0, 0x4C, 0x4F, 0, 0]
        bytes = [0] + UInt16(element.count).littleEndianBytes + (~UInt16(element.count)).littleEndianBytes + element
        // The last block, with fixed Huffman codes.
        append(0b011, 3)
        for _ in 0..<(elements * element.count / 258) {
            // 258 bytes (code 285, no extra bits) at a distance of 8 bytes (code 5, with its one extra bit set).
            append(reversed: 0b1100_0101, 8)
            append(reversed: 0b00101, 5)
            append(1, 1)
        }
        // End of block.
        append(0, 7)
        append(0, 7)
    }

    private mutating func append(_ value: Int, _ count: Int) {
        bits |= value << bitCount
        bitCount += count
        while bitCount >= 8 {
            bytes.append(UInt8(bits & 0xFF))
            bits >>= 8
            bitCount -= 8
        }
    }

    private mutating func append(reversed value: Int, _ count: Int) {
        for bit in (0..<count).reversed() { append(value >> bit & 1, 1) }
    }
}
