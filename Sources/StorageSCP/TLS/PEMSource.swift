// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// Where a certificate or a key comes from: the value of a setting is PEM text, or the path of a file.
struct PEMSource: Hashable, Sendable {
    /// No certificate file is longer: even a system's bundle of all authorities has only a quarter of this size.
    static let maximumLength = 1 << 20

    let setting: String
    private let value: String

    init(setting: String, value: String) {
        self.setting = setting
        self.value = value
    }

    private var isText: Bool { value.drop(while: \.isWhitespace).begins(with: "-----BEGIN") }

    /// For logs. A value that is not an absolute path is not repeated: it may be a key without its first line.
    var place: String {
        if isText { return "the text of the setting" }
        return value.begins(with: "/") || fingerprint != nil ? value : "a file that does not exist"
    }

    /// `nil` for text, which does not change, and for a file that does not exist.
    var fingerprint: FileFingerprint? { isText ? nil : FileFingerprint(path: value) }

    func read() throws(TLSLoadingError) -> [UInt8] {
        if isText { return Array(value.utf8) }
        do {
            return try SettingFile.read(value, atMost: Self.maximumLength)
        } catch {
            throw unusable(error.description)
        }
    }

    func unusable(_ reason: String) -> TLSLoadingError {
        TLSLoadingError(setting: setting, place: place, reason: reason)
    }
}
