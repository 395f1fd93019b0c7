// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import StructuredLog

/// Standard output: a terminal with a width and colours, or something else.
struct Terminal: Sendable {
    enum Style: String {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
    }

    /// Lines without a terminal are never broken.
    static let widthElsewhere = 120

    let isTerminal: Bool
    let hasColours: Bool
    let width: Int
    /// `nil` if it is not a terminal.
    let height: Int?

    init(isTerminal: Bool, hasColours: Bool, width: Int, height: Int? = nil) {
        self.isTerminal = isTerminal
        self.hasColours = hasColours
        self.width = width
        self.height = height
    }

    /// Colours only on a terminal that has some, and without NO_COLOR.
    static func standardOutput(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> Terminal {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        var size = winsize()
        let isKnown = isTerminal && ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return Terminal(
            isTerminal: isTerminal,
            hasColours: isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb",
            width: max(40, isKnown ? Int(size.ws_col) : widthElsewhere),
            height: isKnown && size.ws_row > 0 ? Int(size.ws_row) : nil)
    }

    func styled(_ text: String, _ styles: Style...) -> String {
        guard hasColours, !text.isEmpty else { return text }
        return "\u{1B}[\(styles.map(\.rawValue).joined(separator: ";"))m\(text)\u{1B}[0m"
    }

    /// Breaks a text at spaces, so that each line fits behind the indent.
    func wrapped(_ text: String, indent: Int) -> [String] {
        let room = max(20, width - indent)
        var lines: [String] = []
        var line = ""
        for word in Self.printable(text).split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > room {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        lines.append(line)
        return lines.map { String(repeating: " ", count: indent) + $0 }
    }

    func print(_ line: String) {
        Self.write(line + "\n")
    }

    /// Rewrites the whole screen. What does not fit below is left out, since it would scroll the rest away.
    func redraw(_ lines: [String]) {
        let shown = height.map { Array(lines.prefix(max(1, $0 - 1))) } ?? lines
        Self.write("\u{1B}[H" + shown.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J")
    }

    static func write(_ text: String) {
        StandardError.write(Array(text.utf8), to: STDOUT_FILENO)
    }

    static func complain(_ text: String) {
        StandardError.write(Array("\(text)\n".utf8))
    }

    /// Control characters in a text from outside could move the cursor, or worse.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }

    /// The text with spaces behind it, or before it.
    static func padded(_ text: String, _ width: Int, right: Bool = false) -> String {
        let spaces = String(repeating: " ", count: max(0, width - text.count))
        return right ? spaces + text : text + spaces
    }
}
