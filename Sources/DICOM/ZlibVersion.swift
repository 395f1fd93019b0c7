import CZlib

/// The version of zlib that this process runs, by its own word.
package enum ZlibVersion {
    /// `1.2.13`
    package static let zlib = String(cString: zlibVersion())
}
