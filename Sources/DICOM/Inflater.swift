// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Inflates a raw deflate stream in steps of limited output, so that a small input cannot exhaust the memory.
///
/// A class, because zlib's state points to its stream and must be freed exactly once. PS3.5 §A.5.
final class Inflater {
    private static let outputCapacity = 16 << 10

    private let stream: UnsafeMutablePointer<z_stream>
    private let output: UnsafeMutableRawBufferPointer
    private(set) var isAtEnd = false
    /// zlib's error code for damage after the output that was returned last.
    private var damage: Int32?

    init() throws(DataSetError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        output = .allocate(byteCount: Self.outputCapacity, alignment: 1)
        // Negative: no zlib header and no checksum.
        let code = czlib_inflateInit2(stream, -MAX_WBITS)
        guard code == Z_OK else { throw .deflateStreamDamaged(code: code) }
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
        output.deallocate()
    }

    /// Inflates one step and takes the used bytes from the front of the input.
    ///
    /// The returned bytes are valid until the next step. They are empty if the input is used up or the stream has
    /// ended.
    func step(_ input: inout Slice<UnsafeRawBufferPointer>) throws(DataSetError) -> Slice<UnsafeRawBufferPointer> {
        let nothing = UnsafeRawBufferPointer(output)[0..<0]
        guard !isAtEnd else { return nothing }
        if let damage { throw .deflateStreamDamaged(code: damage) }
        let chunk = UnsafeRawBufferPointer(rebasing: input.prefix(Int(UInt32.max)))
        // zlib does not write through next_in; its C declaration lacks the const.
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: chunk.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(chunk.count)
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(Self.outputCapacity)
        let code = inflate(stream, Z_NO_FLUSH)
        input = input.dropFirst(chunk.count - Int(stream.pointee.avail_in))
        stream.pointee.next_in = nil
        switch code {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: isAtEnd = true
        default:
            damage = code
            // The same step can have produced output from before the damage; that is returned first.
            if Int(stream.pointee.avail_out) == Self.outputCapacity { throw .deflateStreamDamaged(code: code) }
        }
        return UnsafeRawBufferPointer(output)[0..<(Self.outputCapacity - Int(stream.pointee.avail_out))]
    }
}
