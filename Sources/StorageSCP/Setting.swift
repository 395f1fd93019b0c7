// SPDX-License-Identifier: Apache-2.0

import Logging
import StructuredLog

/// A setting of the receiver. `Settings` applies the same default and bounds that `description` states.
struct Setting<Value: Sendable>: Sendable {
    let defaultValue: Value
    /// The bounds of a whole number; `nil` for other settings.
    let range: ClosedRange<Int>?
    let description: SettingDescription

    var name: String { description.name }

    private init(
        _ name: String, default value: Value, _ defaultText: String?, in range: ClosedRange<Int>? = nil,
        values: String?, _ purpose: String, beyond: String? = nil, see section: SettingDescription.Section?
    ) {
        defaultValue = value
        self.range = range
        description = SettingDescription(
            name: name, defaultText: defaultText, values: values, purpose: purpose, beyond: beyond, section: section)
    }
}

extension Setting where Value == Int {
    /// `values` and `defaultText` replace what `range` and the default say by themselves.
    init(
        _ name: String, default value: Int, in range: ClosedRange<Int>, defaultText: String? = nil,
        values: String? = nil, _ purpose: String, beyond: String? = nil, see section: SettingDescription.Section? = nil
    ) {
        self.init(
            name, default: value, defaultText ?? "\(value)", in: range, values: values ?? range.words, purpose,
            beyond: beyond, see: section)
    }
}

extension Setting where Value == Int? {
    /// A number that has no default, or one that follows from other settings.
    init(
        _ name: String, in range: ClosedRange<Int>, defaultText: String? = nil, values: String? = nil,
        _ purpose: String, beyond: String? = nil, see section: SettingDescription.Section? = nil
    ) {
        self.init(
            name, default: nil, defaultText, in: range, values: values ?? range.words, purpose, beyond: beyond,
            see: section)
    }
}

extension Setting where Value == Bool {
    init(_ name: String, default value: Bool, _ purpose: String, see section: SettingDescription.Section? = nil) {
        self.init(name, default: value, "\(value)", values: "`true`, `false`", purpose, see: section)
    }
}

extension Setting where Value: RawRepresentable<String> & CaseIterable {
    init(_ name: String, default value: Value, _ purpose: String, see section: SettingDescription.Section? = nil) {
        let values = Value.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        self.init(name, default: value, value.rawValue, values: values, purpose, see: section)
    }
}

extension Setting where Value == String {
    init(
        _ name: String, default value: String, values: String? = nil, _ purpose: String,
        see section: SettingDescription.Section? = nil
    ) {
        self.init(name, default: value, value, values: values, purpose, see: section)
    }
}

extension Setting where Value == String? {
    /// Text without a default; `defaultText` says what holds without it.
    init(
        _ name: String, defaultText: String? = nil, values: String? = nil, _ purpose: String,
        see section: SettingDescription.Section? = nil
    ) {
        self.init(name, default: nil, defaultText, values: values, purpose, see: section)
    }
}

extension Setting where Value == Logger.Level {
    init(_ name: String, default value: Logger.Level, values: String, _ purpose: String) {
        self.init(name, default: value, value.lambdaName, values: values, purpose, see: nil)
    }
}

extension ClosedRange<Int> {
    fileprivate var words: String { "\(lowerBound) to \(upperBound)" }
}
