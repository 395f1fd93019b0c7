// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Text for a terminal: its width, and paragraphs that are wrapped at it.
enum TextColumns {
    /// Narrower terminals wrap lines themselves; in wider ones, longer lines are hard to read.
    static let range = 80...100

    /// The width of the terminal that standard output goes to, within `range`.
    static var current: Int {
        var size = winsize()
        let isTerminal = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0
        return min(max(isTerminal ? Int(size.ws_col) : 0, range.lowerBound), range.upperBound)
    }

    /// One paragraph. A word that is longer than a line has a line of its own.
    static func wrap(_ text: String, columns: Int, indent: Int = 0) -> String {
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = ""
        for word in text.split(whereSeparator: \.isWhitespace) {
            if line.isEmpty {
                line = margin + word
            } else if line.count + 1 + word.count <= columns {
                line += " " + word
            } else {
                lines.append(line)
                line = margin + word
            }
        }
        if !line.isEmpty { lines.append(line) }
        return lines.joined(separator: "\n")
    }
}
