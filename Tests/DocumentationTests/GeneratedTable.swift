// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline
import StorageSCP
import Testing

/// A table of `docs/configuration.md` that is printed from the code which reads the settings.
struct GeneratedTable: Sendable, CustomTestStringConvertible {
    /// What the line before the table names.
    let name: String
    let markdown: String

    var testDescription: String { name }

    private var beginning: String { "<!-- generated: \(name), by `make configuration` -->\n" }
    private static let end = "<!-- end of generated -->\n"

    static let all = [
        GeneratedTable(
            name: "settings of the receiver", ["variable", "default", "values", "meaning"],
            ReceiverSettings.general.map { [$0.variable, $0.defaultText ?? "", $0.values ?? "", $0.meaning] }),
        GeneratedTable(
            name: "limits of the receiver", ["variable", "default", "values", "what is limited", "beyond it"],
            ReceiverSettings.limits.map {
                [$0.variable, $0.defaultText ?? "", $0.values ?? "", $0.meaning, $0.beyond ?? ""]
            }),
        GeneratedTable(
            name: "settings of the functions",
            ["variable"] + PipelineFunction.allCases.map(\.rawValue) + ["default", "meaning"],
            PipelineSetting.allCases.map { setting in
                ["`\(setting.name)`"] + PipelineFunction.allCases.map { setting.functions.contains($0) ? "✓" : "" }
                    + [setting.defaultValue ?? "", setting.purpose]
            }),
    ]

    private init(name: String, _ heading: [String], _ rows: [[String]]) {
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

extension SettingDescription {
    fileprivate var variable: String { "`\(name)`" }

    fileprivate var meaning: String {
        section.map { "\(purpose) See [\($0.title)](\($0.link))." } ?? purpose
    }
}
