// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Inspection

/// A status for people.
struct StatusText {
    private static let bars = Array("▁▂▃▄▅▆▇█")

    private let status: PipelineStatus
    private let terminal: Terminal

    init(_ status: PipelineStatus, on terminal: Terminal) {
        self.status = status
        self.terminal = terminal
    }

    var lines: [String] {
        var lines = [
            terminal.styled(status.stack, .bold)
                + (status.datastoreId.map { "   data store \($0)" } ?? "") + "   " + Self.time(status.at),
            "",
            row("deliveries", Self.steps(status).prefix(4).map(step)),
            row("", Self.steps(status).dropFirst(4).map(step)),
            row("instances", instances),
        ]
        lines.append(row("last hour", rates))
        lines += [received, imported].compactMap(\.self)
        lines.append(row("queues", status.queues.map(queue)))
        if let usual = status.usualJobSeconds {
            lines.append(row("jobs", ["usually \(Timestamp.duration(usual))"]))
        }
        for part in status.incomplete {
            lines.append(row("note", ["there are more \(part) than one reading takes; the numbers are too small"]))
        }
        return lines + problems
    }

    /// All in one line.
    var line: String {
        let steps = Self.steps(status).filter { $0.count > 0 }.map { "\($0.count) \($0.name)" }
        let problems = status.problemCount == 0 ? "" : " · \(count(status.problemCount, "problem"))"
        return "\(Self.time(status.at)) \(steps.isEmpty ? "no deliveries" : steps.joined(separator: ", "))\(problems)"
    }

    private static func steps(_ status: PipelineStatus) -> [(name: String, count: Int)] {
        DeliverySummary.Step.allCases.map { ($0.rawValue, status.steps[$0.rawValue] ?? 0) }
    }

    private func step(_ step: (name: String, count: Int)) -> String {
        let text = "\(step.count) \(step.name)"
        guard step.count > 0 else { return terminal.styled(text, .dim) }
        switch step.name {
        case "imported": return terminal.styled(text, .green)
        case "partial", "failed", "rejected": return terminal.styled(text, .red)
        default: return terminal.styled(text, .bold)
        }
    }

    private var instances: [String] {
        let bytes = ByteSize.text(status.receivedBytes)
        let size =
            status.unreadDeliveries == 0
            ? bytes : "\(bytes) without \(count(status.unreadDeliveries, "delivery", "deliveries"))"
        return [
            "\(Self.number(status.receivedInstances)) received (\(size))",
            "\(Self.number(status.importedInstances)) imported", "\(Self.number(status.failedInstances)) failed",
        ]
    }

    private var rates: [String] {
        let minutes = max(1, status.rates.count)
        let received = status.rates.reduce(0) { $0 + $1.receivedInstances }
        let imported = status.rates.reduce(0) { $0 + $1.importedInstances }
        let bytes = status.rates.reduce(0) { $0 + $1.receivedBytes }
        return [
            "received \(Self.perMinute(received, minutes)) a minute (\(ByteSize.text(bytes / minutes)))",
            "imported \(Self.perMinute(imported, minutes)) a minute",
        ]
    }

    private var received: String? { chart("received", status.rates.map(\.receivedInstances)) }
    private var imported: String? { chart("imported", status.rates.map(\.importedInstances)) }

    /// A column for each minute, if there was anything.
    private func chart(_ name: String, _ values: [Int]) -> String? {
        guard let top = values.max(), top > 0 else { return nil }
        let columns = values.suffix(max(10, terminal.width - 35)).map { value in
            value == 0 ? " " : Self.bars[min(Self.bars.count - 1, value * Self.bars.count / (top + 1))]
        }
        return row(
            "", ["\(Terminal.padded(name, 9))\(terminal.styled(String(columns), .cyan)) most: \(Self.number(top))"])
    }

    private func queue(_ queue: PipelineStatus.Queue) -> String {
        var text = "\(queue.name) \(Self.number(queue.waiting + queue.inFlight))"
        if queue.deadLetters > 0 { text += terminal.styled(" (\(queue.deadLetters) dead letters)", .red) }
        return text
    }

    private var problems: [String] {
        guard status.problemCount > 0 else { return ["", terminal.styled("nothing is wrong", .green)] }
        var lines = ["", terminal.styled(count(status.problemCount, "problem"), .red, .bold)]
        for problem in status.problems {
            lines += terminal.wrapped(problem.text, indent: 2)
            lines += terminal.wrapped(problem.advice, indent: 4).map { terminal.styled($0, .dim) }
        }
        if status.problemCount > status.problems.count {
            lines.append("  and \(status.problemCount - status.problems.count) more")
        }
        return lines
    }

    private func row(_ name: String, _ parts: [String]) -> String {
        Terminal.padded(name, 12) + parts.joined(separator: " · ")
    }

    private func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
        "\(Self.number(number)) \(number == 1 ? noun : plural ?? noun + "s")"
    }

    /// With a decimal where the number is small.
    static func perMinute(_ count: Int, _ minutes: Int) -> String {
        let tenths = (count * 10 + minutes / 2) / minutes
        return tenths >= 100 ? number(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
    }

    /// `12,345`
    static func number(_ number: Int) -> String {
        let digits = String(number)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0, digit.isNumber { text += "," }
            text.append(digit)
        }
        return text
    }

    static func time(_ date: Date) -> String {
        date.formatted(.iso8601).replacing("T", with: " ").replacing("Z", with: " UTC")
    }
}
