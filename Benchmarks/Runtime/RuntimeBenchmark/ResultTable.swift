// SPDX-License-Identifier: Apache-2.0

/// The measurements as a table in Markdown, with a row for each program and a column for each figure.
struct ResultTable {
    let programs: [Program]
    let measured: [[Measurement]]

    private static let columns: [(title: String, value: @Sendable (Measurement) -> Double)] = [
        ("cold start ms", { $0.coldStartMilliseconds }),
        ("CPU µs an invocation", { $0.cpuMicroseconds }),
        ("invocations a second", { $0.perSecond }),
        ("p50 µs", { $0.p50Microseconds }),
        ("p99 µs", { $0.p99Microseconds }),
        ("peak RSS MiB", { $0.peakMebibytes }),
    ]

    func print() {
        Swift.print("| program | " + Self.columns.map({ $0.title }).joined(separator: " | ") + " |")
        Swift.print("|---" + String(repeating: "|---", count: Self.columns.count) + "|")
        for (program, rounds) in zip(programs, measured) {
            let cells = Self.columns.map { cell(rounds.map($0.value), floor: measured[0].map($0.value)) }
            Swift.print("| \(program.name) | " + cells.joined(separator: " | ") + " |")
        }
    }

    private func cell(_ values: [Double], floor: [Double]) -> String {
        let sorted = values.sorted()
        guard let least = sorted.first, let greatest = sorted.last, greatest > 0 else { return "" }
        let ratio = rounded(Self.median(values) / Self.median(floor))
        return "\(rounded(Self.median(values))) (\(rounded(least))–\(rounded(greatest))) ×\(ratio)"
    }

    static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private func rounded(_ value: Double) -> Double {
        let scale: Double = value < 100 ? 100 : 1
        return (value * scale).rounded() / scale
    }
}
