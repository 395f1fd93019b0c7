// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Inspection

/// One delivery through every step, for people.
struct TraceText {
    /// Instances in one text; JSON has all.
    private static let maximumInstances = 20

    private let trace: DeliveryTrace
    private let terminal: Terminal

    init(_ trace: DeliveryTrace, on terminal: Terminal) {
        self.trace = trace
        self.terminal = terminal
    }

    var lines: [String] {
        let summary = trace.summary
        let isWrong = summary.problem != nil
        let step = terminal.styled(
            summary.step.rawValue, summary.step == .imported ? .green : isWrong ? .red : .yellow, .bold)
        var lines = [terminal.styled(summary.id, .bold) + "   " + step]
        if let study = summary.studyInstanceUID { lines.append("  study \(Terminal.printable(study))") }
        if let count = summary.studyCount, count > 1 { lines.append("  \(count) studies") }
        if let route = summary.route { lines.append("  route \(Terminal.printable(route))") }
        if let datastore = summary.datastoreId { lines.append("  data store \(Terminal.printable(datastore))") }
        lines.append("")
        for step in trace.steps { lines += self.lines(of: step) }
        if let problem = summary.problem {
            lines.append("")
            lines += label("why", problem.text, .red)
            lines += label("do", problem.advice, .bold)
            // An address that is broken in two cannot be copied.
            if let report = summary.reportS3Uri { lines.append("  report \(Terminal.printable(report))") }
        }
        return lines + instances
    }

    private func lines(of step: DeliveryTrace.Step) -> [String] {
        let name = step.name == "imageSets" ? "image sets" : step.name
        let mark: (String, Terminal.Style) =
            switch step.state {
            case .done: ("done", .green)
            case .current: ("now", .yellow)
            case .failed: ("failed", .red)
            case .pending: ("-", .dim)
            }
        guard step.state != .pending else {
            return ["  \(Terminal.padded(name, 11))\(terminal.styled(mark.0, mark.1))"]
        }
        let time = step.at.map { StatusText.time($0).prefix(19) } ?? ""
        let head =
            "  \(Terminal.padded(name, 11))\(terminal.styled(Terminal.padded(mark.0, 7), mark.1))"
            + Terminal.padded(String(time), 20)
        let text = terminal.wrapped(step.text, indent: 40).map { String($0.dropFirst(40)) }
        return [head + (text.first ?? "")] + text.dropFirst().map { String(repeating: " ", count: 40) + $0 }
    }

    private func label(_ name: String, _ text: String, _ style: Terminal.Style) -> [String] {
        let lines = terminal.wrapped(text, indent: 7)
        return lines.enumerated().map { index, line in
            index == 0 ? "  \(terminal.styled(Terminal.padded(name, 5), style))\(line.dropFirst(7))" : line
        }
    }

    /// Those with something wrong first.
    private var instances: [String] {
        guard !trace.instances.isEmpty else { return [] }
        let sorted = trace.instances.filter { $0.problem != nil } + trace.instances.filter { $0.problem == nil }
        var lines = ["", "  instances"]
        for instance in sorted.prefix(Self.maximumInstances) {
            let outcome = instance.outcome ?? (trace.summary.step == .receiving ? "stored" : "no result yet")
            let style: Terminal.Style = instance.outcome == "IMPORTED" ? .green : instance.problem == nil ? .dim : .red
            var line = "  \(Terminal.printable(instance.sopInstanceUID))  \(terminal.styled(outcome, style))"
            if let imageSet = instance.imageSetId { line += "  image set \(Terminal.printable(imageSet))" }
            if let other = instance.deliveryId, other != trace.summary.id { line += "  by \(other)" }
            lines.append(line)
            if let problem = instance.problem {
                lines += terminal.wrapped(problem.text, indent: 6)
                lines += terminal.wrapped(problem.advice, indent: 6).map { terminal.styled($0, .dim) }
            }
        }
        if sorted.count > Self.maximumInstances {
            lines.append("  and \(StatusText.number(sorted.count - Self.maximumInstances)) more: --json has all")
        }
        return lines
    }
}
