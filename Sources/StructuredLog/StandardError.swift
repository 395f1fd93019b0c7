import Glibc

/// The process's standard error, where Lambda, ECS and terminals pick up its log.
package enum StandardError {
    /// Writes all of it. Waits for a reader that is slow, for as long as it takes: whoever must not wait writes from a thread
    /// of its own.
    package static func write(_ line: [UInt8]) {
        write(line, to: STDERR_FILENO)
    }

    /// A line is given to the system in one call, so that those of several threads do not mix; a pipe that is almost full takes
    /// only a part of it, and the rest follows.
    static func write(_ line: [UInt8], to descriptor: Int32) {
        line.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    // Whoever shares it, such as a terminal's other programs, has made it non-blocking.
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wait, 1, -1)
                } else if errno != EINTR {
                    return  // Nobody reads it any more.
                }
            }
        }
    }
}
