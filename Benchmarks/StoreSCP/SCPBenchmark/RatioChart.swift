// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Bars in SVG: for each workload the throughput of each program, as a ratio to the first program's.
struct RatioChart {
    let title: String
    let tables: [ResultTable<Measurement>]

    private static let colours = ["#8c8c8c", "#d9480f", "#1c6fb5", "#7fb2dd", "#5f8f3e", "#8456a8"]
    private static let (left, top, width, height) = (46.0, 70.0, 840.0, 260.0)
    private static let groupGap = 22.0

    private var programs: [String] { tables.first?.programs ?? [] }
    private var groupWidth: Double { Self.width / Double(tables.count) }
    private var barWidth: Double { (groupWidth - Self.groupGap) / Double(programs.count) }

    /// The end of the axis: the next quarter above all ratios.
    private var greatest: Double {
        let ratios = tables.flatMap { table in programs.indices.compactMap { table.ratio(.objectsPerSecond, $0) } }
        return max(1.25, (((ratios.max() ?? 1) + 0.05) * 4).rounded(.up) / 4)
    }

    var svg: String {
        let content = [axis, legend] + tables.indices.map(group)
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 375" width="900" height="375" \
            font-family="Helvetica, Arial, sans-serif" font-size="12" fill="#222">
            <rect width="900" height="375" fill="#fff"/>
            <text x="\(Self.left)" y="22" font-size="15" font-weight="bold">\(Self.escaped(title))</text>
            \(content.joined(separator: "\n"))
            </svg>

            """
    }

    private var axis: String {
        stride(from: 0, through: greatest, by: 0.25).map { value in
            let y = Self.top + Self.height * (1 - value / greatest)
            let (right, colour) = (Self.left + Self.width, value == 0 || value == 1 ? "#777" : "#ddd")
            return """
                <line x1="\(Self.left)" y1="\(Self.number(y))" x2="\(right)" y2="\(Self.number(y))" stroke="\(colour)"/>
                <text x="\(Self.left - 6)" y="\(Self.number(y + 4))" text-anchor="end">\(String(format: "%.2f", value))</text>
                """
        }.joined(separator: "\n")
    }

    private var legend: String {
        programs.indices.map { index in
            let x = Self.left + Double(index) * 165
            return """
                <rect x="\(x)" y="36" width="12" height="12" fill="\(Self.colour(index))"/>
                <text x="\(x + 18)" y="46">\(Self.escaped(programs[index]))</text>
                """
        }.joined(separator: "\n")
    }

    private func group(_ position: Int) -> String {
        let table = tables[position]
        let x = Self.left + Double(position) * groupWidth + Self.groupGap / 2
        let bars = programs.indices.compactMap { index -> String? in
            guard let ratio = table.ratio(.objectsPerSecond, index) else { return nil }
            let (start, barHeight) = (x + Double(index) * barWidth, Self.height * ratio / greatest)
            let (end, middle) = (Self.top + Self.height - barHeight, start + barWidth / 2)
            return """
                <rect x="\(Self.number(start))" y="\(Self.number(end))" width="\(Self.number(barWidth - 1))" \
                height="\(Self.number(barHeight))" fill="\(Self.colour(index))"/>
                <text x="\(Self.number(middle))" y="\(Self.number(end - 3))" text-anchor="middle" font-size="8.5">\
                \(Self.label(ratio))</text>
                """
        }
        // The parts of the name, one below another.
        let names = table.title.components(separatedBy: ", ").enumerated().map { line, part in
            let (middle, y) = (x + (groupWidth - Self.groupGap) / 2, Self.top + Self.height + 18 + Double(line) * 15)
            return "<text x=\"\(Self.number(middle))\" y=\"\(y)\" text-anchor=\"middle\">\(Self.escaped(part))</text>"
        }
        return (bars + names).joined(separator: "\n")
    }

    /// Two digits without the zero before the point, because a bar is narrow.
    private static func label(_ ratio: Double) -> String {
        let text = String(format: "%.2f", ratio)
        return text.hasPrefix("0") ? String(text.dropFirst()) : text
    }

    private static func colour(_ index: Int) -> String { colours[index % colours.count] }

    private static func number(_ value: Double) -> String { String(format: "%.1f", value) }

    private static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
    }
}
