// SPDX-License-Identifier: Apache-2.0

/// A certificate or a key cannot be used. The error never contains any of its bytes.
struct TLSLoadingError: Error, Equatable, CustomStringConvertible {
    let setting: String
    /// The path of the file, or a note that the setting itself is the text.
    let place: String
    let reason: String

    var description: String { "\(setting), \(place), cannot be used: \(reason)" }
}
