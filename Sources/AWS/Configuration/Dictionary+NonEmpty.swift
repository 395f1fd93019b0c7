// SPDX-License-Identifier: Apache-2.0

extension [String: String] {
    /// The setting with this name; `nil` if it is absent or empty.
    package func nonEmpty(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }
}
