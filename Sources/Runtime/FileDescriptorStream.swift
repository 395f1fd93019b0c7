import Glibc

/// The process's standard streams as bytes.
struct FileDescriptorStream {
    static let standardInput = FileDescriptorStream(descriptor: STDIN_FILENO)
    static let standardOutput = FileDescriptorStream(descriptor: STDOUT_FILENO)
    static let standardError = FileDescriptorStream(descriptor: STDERR_FILENO)

    let descriptor: Int32

    func readToEnd() -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
    }

    /// Writes all of it, or as much as the reader takes before it goes.
    func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
