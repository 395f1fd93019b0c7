// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore
import NIOPosix

/// Why no connection to a peer could be opened.
package struct ConnectionFailure: Error, Hashable, Sendable {
    package let reason: String

    init(_ error: any Error) {
        reason = Self.text(error)
    }

    private static func text(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { text($0.error) } ?? "the host name was not found"
        case let error as IOError: text(error)
        case ChannelError.connectTimeout: "no answer: timed out"
        default: "\(error)"
        }
    }

    private static func text(_ error: IOError) -> String {
        switch error.errnoCode {
        case ECONNREFUSED: "connection refused: nothing listens there"
        case EHOSTUNREACH, ENETUNREACH: "no route to the host"
        case ETIMEDOUT: "no answer: timed out"
        default: "\(error)"
        }
    }
}

extension ConnectionFailure: CustomStringConvertible {
    package var description: String { "not connected: \(reason)" }
}
