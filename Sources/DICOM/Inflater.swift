import CZlib

/// Inflates a raw deflate stream in steps whose output is bounded, so that a small input cannot fill the memory.
///
/// A class, because zlib's state holds a pointer to the stream it belongs to and must be freed once. PS3.5 §A.5.
final class Inflater {
    private static let outputCapacity = 16 << 10

    private let stream: UnsafeMutablePointer<z_stream>
    private let output: UnsafeMutableRawBufferPointer
    private(set) var isAtEnd = false
    /// zlib's code for damage behind what was given last.
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

    /// Inflates what fits one step and takes the bytes that were used off the input's front.
    ///
    /// The bytes given are valid until the next step. None: the input is used up, or the stream has ended.
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
            // What stands before the damage was given out in the same step.
            if Int(stream.pointee.avail_out) == Self.outputCapacity { throw .deflateStreamDamaged(code: code) }
        }
        return UnsafeRawBufferPointer(output)[0..<(Self.outputCapacity - Int(stream.pointee.avail_out))]
    }
}
