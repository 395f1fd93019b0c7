// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads a file that a setting names.
enum SettingFile {
    /// Why the file cannot be used.
    struct Unusable: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    static func read(_ path: String, atMost maximumLength: Int) throws(Unusable) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failed("open") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failed("read") }
            if count == 0 { return bytes }
            guard bytes.count + count <= maximumLength else {
                throw Unusable(description: "it is longer than \(maximumLength) bytes")
            }
            bytes += chunk[..<count]
        }
    }

    private static func failed(_ operation: String) -> Unusable {
        Unusable(description: FileError(operation: operation, errno: errno).description)
    }
}
