// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Results go to standard output; what concerns only the moment goes to standard error, as one line that is rewritten
/// if that is a terminal.
struct SendTerminal: Sendable {
    let outputIsTerminal = isatty(STDOUT_FILENO) == 1
    let errorIsTerminal = isatty(STDERR_FILENO) == 1

    /// The columns of the terminal.
    var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    func printResult(_ line: String) {
        write(Self.printable(line) + "\n", to: STDOUT_FILENO)
    }

    func printNote(_ line: String) {
        write(Self.printable(line) + "\n", to: STDERR_FILENO)
    }

    /// Only on a terminal; an empty text removes the line.
    func rewriteLine(_ text: String) {
        guard errorIsTerminal else { return }
        write("\r\u{1B}[K" + text, to: STDERR_FILENO)
    }

    /// A name of a file could contain control characters, which could move the cursor, or worse.
    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }

    /// A reader that went away does not stop the sending.
    private func write(_ text: String, to descriptor: CInt) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
