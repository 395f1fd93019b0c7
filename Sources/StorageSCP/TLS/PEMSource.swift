import ByteComparison
import Glibc

/// Where a certificate or a key comes from: PEM text that a setting holds itself, or a file that it names.
struct PEMSource: Hashable, Sendable {
    /// Beyond it, it is no certificate: a system's whole bundle of authorities has a quarter of it.
    static let maximumLength = 1 << 20

    let setting: String
    private let value: String

    init(setting: String, value: String) {
        self.setting = setting
        self.value = value
    }

    private var isText: Bool { value.drop(while: \.isWhitespace).begins(with: "-----BEGIN") }

    /// For people. A value that is no absolute path is not repeated: it can be a key whose first line got lost.
    var place: String {
        if isText { return "the text of the setting" }
        return value.begins(with: "/") || fingerprint != nil ? value : "a file that is not there"
    }

    /// Nil for text, which does not change, and for a file that is not there.
    var fingerprint: FileFingerprint? { isText ? nil : FileFingerprint(path: value) }

    func read() throws(TLSLoadingError) -> [UInt8] {
        if isText { return Array(value.utf8) }
        let descriptor = open(value, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unusable(FileError(operation: "open", errno: errno).description) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unusable(FileError(operation: "read", errno: errno).description) }
            if count == 0 { return bytes }
            guard bytes.count + count <= Self.maximumLength else {
                throw unusable("it is longer than \(Self.maximumLength) bytes")
            }
            bytes += chunk[..<count]
        }
    }

    func unusable(_ reason: String) -> TLSLoadingError {
        TLSLoadingError(setting: setting, place: place, reason: reason)
    }
}
