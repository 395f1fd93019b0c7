// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix

/// Why no connection to a peer could be opened.
package struct ConnectionFailure: Error, Hashable, Sendable {
    package let reason: String

    init(_ error: any Error) {
        switch error {
        case let error as NIOConnectionError: self.init(error)
        case let error as IOError: reason = Self.text(error)
        case let error as ChannelError:
            if case .connectTimeout = error { reason = "no answer: timed out" } else { reason = "\(error)" }
        default: reason = "\(error)"
        }
    }

    private init(_ error: NIOConnectionError) {
        if let first = error.connectionErrors.first {
            self.init(first.error)
        } else {
            reason = "the host name was not found"
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
