// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Testing

/// A table of a page below `docs/` that is printed from the code.
struct GeneratedTable: Sendable, CustomTestStringConvertible {
    enum Page: String {
        case configuration = "configuration.md"
        case conformance = "conformance.md"
    }

    let page: Page
    /// What the line before the table names.
    let name: String
    let markdown: String

    var testDescription: String { "\(page.rawValue): \(name)" }

    private var beginning: String { "<!-- generated: \(name), by `make configuration` -->\n" }
    private static let end = "<!-- end of generated -->\n"

    static let all = configuration + conformance + requestor

    init(of page: Page, name: String, _ heading: [String], _ rows: [[String]]) {
        self.page = page
        self.name = name
        let lines = [heading, heading.map { _ in "---" }] + rows
        markdown = lines.map { $0.map { $0.isEmpty ? "| " : "| \($0) " }.joined() + "|\n" }.joined()
    }

    /// Where the text has it. `nil`: it does not have both markers.
    func range(in text: String) -> Range<String.Index>? {
        guard let start = text.firstRange(of: beginning)?.upperBound,
            let end = text[start...].firstRange(of: Self.end)?.lowerBound
        else { return nil }
        return start..<end
    }
}
