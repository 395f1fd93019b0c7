// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// `make configuration` runs these with `UPDATE_TABLES` set: then they write the tables.
@Suite("The tables of docs/configuration.md", .serialized)
struct ConfigurationTablesTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../docs/configuration.md").standardized
    private static let isUpdate = ProcessInfo.processInfo.environment["UPDATE_TABLES"] != nil

    @Test("docs/configuration.md says of each setting what the code says", arguments: GeneratedTable.all)
    func tables(_ table: GeneratedTable) throws {
        var text = try String(contentsOf: Self.page, encoding: .utf8)
        let range = try #require(table.range(in: text), "the markers of the table are missing")
        if Self.isUpdate {
            text.replaceSubrange(range, with: table.markdown)
            try text.write(to: Self.page, atomically: true, encoding: .utf8)
        } else {
            #expect(text[range] == table.markdown, "run `make configuration`")
        }
    }
}
