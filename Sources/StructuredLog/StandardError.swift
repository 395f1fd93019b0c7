// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The process's standard error, from which Lambda, ECS and terminals take its log.
package enum StandardError {
    /// Writes the whole line. This blocks while the reader is slow; a caller that must not block uses a separate
    /// thread.
    package static func write(_ line: [UInt8]) {
        write(line, to: STDERR_FILENO)
    }

    /// The same for another descriptor. Writes the line with one system call, so that lines of several threads do not
    /// mix. If a pipe is almost full, the rest of the line follows with further calls.
    package static func write(_ line: [UInt8], to descriptor: Int32) {
        line.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    // Another program that shares the descriptor, such as a terminal, has made it non-blocking.
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wait, 1, -1)
                } else if errno != EINTR {
                    return  // The reader is gone.
                }
            }
        }
    }
}
