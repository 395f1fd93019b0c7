// SPDX-License-Identifier: Apache-2.0

/// A required environment variable is missing.
package struct MissingVariable: Error, Equatable, CustomStringConvertible {
    package let name: String

    package var description: String {
        "the environment variable \(name) is missing: set it in the function's configuration"
    }
}
