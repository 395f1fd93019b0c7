// SPDX-License-Identifier: Apache-2.0

/// A setting has a value that cannot be used.
package struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    let name: String
    let value: String
    let expected: String

    package var description: String { "\(name) is \"\(value)\", expected \(expected)" }
}
