// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Inspection

/// A log line for people.
struct EventText {
    private let entry: LogEntry
    private let terminal: Terminal

    init(_ entry: LogEntry, on terminal: Terminal) {
        self.entry = entry
        self.terminal = terminal
    }

    var line: String {
        let style: Terminal.Style =
            switch entry.level {
            case "ERROR", "FATAL": .red
            case "WARN": .yellow
            default: .dim
            }
        let fields = entry.metadata.filter { $0.key != "requestId" && $0.key != "AWSRequestId" }
            .sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        return [
            String(StatusText.time(entry.at).prefix(19)),
            terminal.styled(Terminal.padded(entry.level, 5), style),
            Terminal.padded(entry.source, 14), Terminal.printable(entry.message),
            terminal.styled(Terminal.printable(fields), .dim),
        ].joined(separator: " ")
    }
}
