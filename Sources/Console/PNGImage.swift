// SPDX-License-Identifier: Apache-2.0

import CZlib

/// A picture as PNG: 8 bits for each sample, grey or RGB. ISO/IEC 15948.
enum PNGImage {
    static func encoded(_ samples: [UInt8], width: Int, height: Int, isColour: Bool) -> [UInt8] {
        let lineLength = width * (isColour ? 3 : 1)
        var lines: [UInt8] = []
        lines.reserveCapacity((lineLength + 1) * height)
        for line in 0..<height {
            lines.append(0)  // no filter
            lines += samples[line * lineLength..<(line + 1) * lineLength]
        }
        var png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        let colourType: UInt8 = isColour ? 2 : 0
        png += chunk("IHDR", bytes(UInt32(width)) + bytes(UInt32(height)) + [8, colourType, 0, 0, 0])
        png += chunk("IDAT", compressed(lines))
        png += chunk("IEND", [])
        return png
    }

    private static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        var length = compressBound(UInt(bytes.count))
        var result = [UInt8](repeating: 0, count: Int(length))
        // It cannot fail: the buffer has the length that zlib asks for.
        _ = compress2(&result, &length, bytes, UInt(bytes.count), Z_BEST_SPEED)
        return Array(result.prefix(Int(length)))
    }

    private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let content = Array(type.utf8) + data
        return bytes(UInt32(data.count)) + content + bytes(UInt32(crc32(0, content, UInt32(content.count))))
    }

    private static func bytes(_ value: UInt32) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
