import Glibc

/// A call of the file system's that failed.
struct FileError: Error, Equatable, CustomStringConvertible {
    let operation: String
    let errno: Int32

    var description: String { "\(operation) failed: \(String(cString: strerror(errno)))" }
}
