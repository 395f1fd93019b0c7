import Glibc

/// What the system says of a call that failed.
struct SystemCallError: Error, CustomStringConvertible {
    private let code = errno

    var description: String { String(cString: strerror(code)) }
}
