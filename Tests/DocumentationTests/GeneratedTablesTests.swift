// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// `make configuration` runs these with `UPDATE_TABLES` set: then they write the tables.
@Suite("The tables of docs that are printed from the code", .serialized)
struct GeneratedTablesTests {
    private static let docs = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../docs").standardized
    private static let isUpdate = ProcessInfo.processInfo.environment["UPDATE_TABLES"] != nil

    @Test("The page says what the code says", arguments: GeneratedTable.all)
    func tables(_ table: GeneratedTable) throws {
        let page = Self.docs.appending(path: table.page.rawValue)
        var text = try String(contentsOf: page, encoding: .utf8)
        let range = try #require(table.range(in: text), "the markers of the table are missing")
        if Self.isUpdate {
            text.replaceSubrange(range, with: table.markdown)
            try text.write(to: page, atomically: true, encoding: .utf8)
        } else {
            #expect(text[range] == table.markdown, "run `make configuration`")
        }
    }
}
