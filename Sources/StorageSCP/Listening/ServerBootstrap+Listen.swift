// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore
import NIOPosix

extension ServerBootstrap {
    func listen(on address: String, port: Int) async throws -> any Channel {
        do {
            return try await bind(host: address, port: port).get()
        } catch let error as IOError {
            throw ListeningError(address: address, port: port, errno: error.errnoCode)
        }
    }
}

/// A port cannot be opened: another process uses it, or the process lacks the permission.
struct ListeningError: Error, Equatable, CustomStringConvertible {
    let address: String
    let port: Int
    let errno: CInt

    var description: String { "port \(port) of \(address) cannot be opened: \(String(cString: strerror(errno)))" }
}
