// SPDX-License-Identifier: Apache-2.0

import CZlib

/// A deflated data set whose UIDs can still be changed: everything before the pixels is in a non-compressed block (RFC
/// 1951 §3.2.4).
enum DeflatedDataSet {
    static func bytes(head: [UInt8], pixels: [UInt8]) -> [UInt8] {
        let first =
            head + [0xE0, 0x7F, 0x10, 0x00] + Array("OW".utf8) + [0, 0] + UInt32(pixels.count).littleEndianBytes
        let stored = [0] + UInt16(first.count).littleEndianBytes + (~UInt16(first.count)).littleEndianBytes + first
        let bytes = stored + deflated(pixels)
        return bytes + (bytes.count.isMultiple(of: 2) ? [] : [0])
    }

    private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        // A negative number of window bits gives a raw stream, without zlib's header and checksum.
        let size = Int32(MemoryLayout<z_stream>.size)
        let code = deflateInit2_(
            &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
        precondition(code == Z_OK, "zlib cannot begin: \(code)")
        defer { deflateEnd(&stream) }
        var input = bytes
        return [UInt8](unsafeUninitializedCapacity: Int(deflateBound(&stream, UInt(bytes.count)))) { output, count in
            input.withUnsafeMutableBufferPointer { input in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END, "the output has room for the whole stream")
            }
            count = output.count - Int(stream.avail_out)
        }
    }
}
