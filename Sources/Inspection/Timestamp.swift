// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// Times in ISO 8601, with or without a fraction of a second, as the table and log lines have them.
package enum Timestamp {
    package static func date(_ text: String) -> Date? {
        (try? Date(text, strategy: .iso8601))
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    }

    /// `3 s`, `5 min`, `2 h 10 min`, `3 days`.
    package static func duration(_ seconds: Double) -> String {
        let seconds = Int(max(0, seconds).rounded())
        if seconds < 120 { return "\(seconds) s" }
        if seconds < 7_200 { return "\(seconds / 60) min" }
        if seconds < 172_800 {
            let minutes = seconds % 3_600 / 60
            return "\(seconds / 3_600) h" + (minutes == 0 ? "" : " \(minutes) min")
        }
        return "\(seconds / 86_400) days"
    }
}
