// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads and writes the bytes of a file, a pipe or a terminal.
struct FileDescriptorStream {
    static let standardInput = FileDescriptorStream(descriptor: STDIN_FILENO)
    static let standardOutput = FileDescriptorStream(descriptor: STDOUT_FILENO)
    static let standardError = FileDescriptorStream(descriptor: STDERR_FILENO)

    let descriptor: Int32

    /// The contents of the file. For a FIFO, everything until the last writer closes it.
    static func read(file path: String) throws(SystemCallError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemCallError() }
        defer { close(descriptor) }
        return try FileDescriptorStream(descriptor: descriptor).readToEnd()
    }

    func readToEnd() throws(SystemCallError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SystemCallError() }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
    }

    func write(_ bytes: [UInt8]) throws(SystemCallError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SystemCallError() }
            rest = rest.dropFirst(count)
        }
    }
}
