/// What a request carries: read piece by piece on the client's thread, and from the start again where it is sent anew.
package protocol HTTPBody: Sendable {
    var count: Int { get }

    /// Copies what stands from the offset on, as much as fits; returns how many bytes that were.
    func copyBytes(from offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int
}

extension [UInt8]: HTTPBody {
    package func copyBytes(from offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        withUnsafeBytes { bytes in
            let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...].prefix(buffer.count))
            buffer.copyMemory(from: rest)
            return rest.count
        }
    }
}
