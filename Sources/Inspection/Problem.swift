// SPDX-License-Identifier: Apache-2.0

/// What is wrong, and what a person can do about it. Both are sentences without patient data.
package struct Problem: Codable, Sendable, Equatable {
    package var text: String
    package var advice: String

    package init(_ text: String, advice: String) {
        self.text = text
        self.advice = advice
    }
}
