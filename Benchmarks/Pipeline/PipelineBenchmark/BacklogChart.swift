// SPDX-License-Identifier: Apache-2.0

import Foundation
import PipelineSimulation

/// A migration as lines in SVG: the share of its images that was received, and the share that was given to a job.
struct BacklogChart {
    let parameters: PipelineParameters

    private static let (left, top, width, height) = (52.0, 70.0, 820.0, 260.0)
    private static let hours = 150.0

    private struct Line {
        let name: String
        let colour: String
        /// The share that was reached after a number of hours.
        let points: [(hours: Double, share: Double)]
    }

    var svg: String {
        let migration = Scenario.backlogs()[3]
        let lines = [
            line("received", "#8c8c8c", StartCurve(migration.deliveries.map { ($0.closedAt, $0.images) })),
            line("bundles", "#1c6fb5", Scenario.bundledMigration(parameters).run(parameters).starts),
            line("one job a study", "#5f8f3e", migration.run(parameters).starts),
            line("one job an image", "#d9480f", migration.oneJobAnImage.run(parameters).starts),
        ]
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 375" width="900" height="375" \
            font-family="Helvetica, Arial, sans-serif" font-size="12" fill="#222">
            <rect width="900" height="375" fill="#fff"/>
            <text x="\(Self.left)" y="22" font-size="15" font-weight="bold">\
            A migration of 129,600 studies of 4 images: images whose job has started</text>
            \(axes)
            \(lines.enumerated().map(drawn).joined(separator: "\n"))
            </svg>

            """
    }

    private func line(_ name: String, _ colour: String, _ curve: StartCurve) -> Line {
        let total = Double(curve.points.last?.images ?? 1)
        let step = max(1, curve.points.count / 400)
        let points = stride(from: 0, to: curve.points.count, by: step).map { curve.points[$0] } + curve.points.suffix(1)
        return Line(name: name, colour: colour, points: points.map { ($0.time / 3_600, Double($0.images) / total) })
    }

    private var axes: String {
        let shares = stride(from: 0.0, through: 1, by: 0.25).map { share in
            let y = Self.number(Self.top + Self.height * (1 - share))
            return """
                <line x1="\(Self.left)" y1="\(y)" x2="\(Self.left + Self.width)" y2="\(y)" stroke="#ddd"/>
                <text x="\(Self.left - 6)" y="\(y)" text-anchor="end" dominant-baseline="middle">\(Int(100 * share)) %</text>
                """
        }
        let hours = stride(from: 0.0, through: Self.hours, by: 30).map { hours in
            "<text x=\"\(Self.x(hours))\" y=\"\(Self.top + Self.height + 18)\" text-anchor=\"middle\">\(Int(hours)) h</text>"
        }
        return (shares + hours).joined(separator: "\n")
    }

    private func drawn(_ position: Int, _ line: Line) -> String {
        let points = line.points.map { point in
            "\(Self.x(point.hours)),\(Self.number(Self.top + Self.height * (1 - point.share)))"
        }
        let x = Self.left + Double(position) * 165
        return """
            <rect x="\(x)" y="36" width="12" height="12" fill="\(line.colour)"/>
            <text x="\(x + 18)" y="46">\(line.name)</text>
            <polyline fill="none" stroke="\(line.colour)" stroke-width="2" points="\(points.joined(separator: " "))"/>
            """
    }

    private static func x(_ hours: Double) -> String { number(left + width * min(hours, Self.hours) / Self.hours) }
    private static func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
