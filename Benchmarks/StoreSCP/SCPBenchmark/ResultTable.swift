// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Medians in Markdown, with the least and the greatest value in parentheses and the ratio to the first program.
struct ResultTable<Row> {
    let title: String
    let columns: [Column<Row>]
    let programs: [String]
    /// The measurements of each program; empty if none succeeded.
    let rounds: [[Row]]

    func print() {
        Swift.print("\n| \(title) | " + columns.map(\.title).joined(separator: " | ") + " |")
        Swift.print("|---" + String(repeating: "|---", count: columns.count) + "|")
        for index in programs.indices where !rounds[index].isEmpty {
            let cells = columns.map { cell($0, index) }
            Swift.print("| \(programs[index]) | " + cells.joined(separator: " | ") + " |")
        }
        fflush(nil)
    }

    /// `nil` if one of the two programs was not measured.
    func ratio(_ column: Column<Row>, _ index: Int) -> Double? {
        guard let own = rounds[index].map(column.value).median, let first = rounds[0].map(column.value).median,
            first > 0
        else { return nil }
        return own / first
    }

    private func cell(_ column: Column<Row>, _ index: Int) -> String {
        let values = rounds[index].map(column.value)
        guard let median = values.median, let least = values.min(), let greatest = values.max() else { return "" }
        let ratio = index == 0 ? nil : ratio(column, index)
        return "\(rounded(median)) (\(rounded(least))–\(rounded(greatest)))"
            + (ratio.map { " ×" + String(format: "%.2f", $0) } ?? "")
    }

    private func rounded(_ number: Double) -> String {
        String(format: number < 10 ? "%.2f" : number < 100 ? "%.1f" : "%.0f", number)
    }
}

extension [Double] {
    var median: Double? { isEmpty ? nil : sorted()[count / 2] }
}
