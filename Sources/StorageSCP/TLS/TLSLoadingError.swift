/// A certificate or a key that cannot be used. Never holds any of its matter.
struct TLSLoadingError: Error, Equatable, CustomStringConvertible {
    let setting: String
    /// The file, or that it is the setting itself.
    let place: String
    let reason: String

    var description: String { "\(setting), \(place), cannot be used: \(reason)" }
}
