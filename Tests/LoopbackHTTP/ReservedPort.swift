// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A port without a listener. It is bound but not listening, so that no other program gets it while this object exists.
package final class ReservedPort {
    struct NotBound: Error {
        let errno: Int32
    }

    package let port: Int
    private let descriptor: Int32

    package init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 ? getsockname(descriptor, address, &length) : -1
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        self.descriptor = descriptor
        guard result == 0 else { throw NotBound(errno: errno) }
    }

    package var url: String { "http://127.0.0.1:\(port)" }

    deinit {
        close(descriptor)
    }
}
