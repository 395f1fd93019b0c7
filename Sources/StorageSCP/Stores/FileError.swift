// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file system call failed.
struct FileError: Error, Equatable, CustomStringConvertible {
    let operation: String
    let errno: Int32

    var description: String { "\(operation) failed: \(String(cString: strerror(errno)))" }
}
