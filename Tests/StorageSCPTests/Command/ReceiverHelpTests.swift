// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import StorageSCP

@Suite("--help")
struct ReceiverHelpTests {
    private static let settings = ReceiverSettings.general + ReceiverSettings.limits

    private static func sources(of modules: String...) throws -> String {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        let folder = tests.appending(path: "../../../Sources").standardized
        return try modules.flatMap { module in
            try FileManager.default.subpathsOfDirectory(atPath: folder.appending(path: module).path())
                .filter { $0.hasSuffix(".swift") }
                .map { try String(contentsOf: folder.appending(path: "\(module)/\($0)"), encoding: .utf8) }
        }.joined(separator: "\n")
    }

    /// The words of the paragraph of a setting.
    private func paragraph(of setting: SettingDescription) -> [Substring]? {
        ReceiverHelp.text(columns: 80).components(separatedBy: "\n\n")
            .first { $0.split { " \n".contains($0) }.first == setting.name[...] }?.split { " \n".contains($0) }
    }

    @Test("Each setting has its default, its bounds, its purpose and what happens beyond it", arguments: settings)
    func setting(_ setting: SettingDescription) throws {
        let words = try #require(paragraph(of: setting)).joined(separator: " ")
        for text in [setting.defaultText.map { "default: \($0)" }, setting.values, setting.purpose, setting.beyond] {
            guard let text else { continue }
            #expect(words.contains(text.filter { $0 != "`" }))
        }
    }

    @Test("No line is longer than the terminal is wide", arguments: TextColumns.range)
    func width(columns: Int) {
        let lines = ReceiverHelp.text(columns: columns).split(separator: "\n")
        #expect(lines.filter { $0.count > columns } == [])
        #expect(lines.contains { $0.count > columns - 10 })
    }

    @Test("It names every variable of AWS's tools that the code reads, and no other")
    func awsVariables() throws {
        let text = try Self.sources(of: "AWS", "AWSCredentials", "HTTP")
        var read = Set(text.matches(of: /"(AWS_[A-Z0-9_]*[A-Z0-9])"/).map { String($0.1) })
        // Made from the name of the service, for those that the receiver calls.
        read.formUnion(["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_STS"])
        let named = AWSVariable.all.flatMap(\.names)
        #expect(Set(named).count == named.count)
        #expect(read.subtracting(named) == [])
        #expect(Set(named).subtracting(read) == [])
        for name in named { #expect(ReceiverHelp.text(columns: 80).contains(name)) }
    }

    @Test("A paragraph is wrapped between words, and a long word stays whole")
    func wrap() {
        #expect(TextColumns.wrap("a bb  ccc\nd", columns: 6, indent: 2) == "  a bb\n  ccc\n  d")
        #expect(TextColumns.wrap("a 1234567 b", columns: 4) == "a\n1234567\nb")
        #expect(TextColumns.wrap("", columns: 4) == "")
    }
}
