// SPDX-License-Identifier: Apache-2.0

/// The body of a request. The client's thread reads it in pieces, and from the start again if the request is resent.
package protocol HTTPBody: Sendable {
    var count: Int { get }

    /// Copies bytes from `offset` on, as many as fit into the buffer, and returns their number.
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
