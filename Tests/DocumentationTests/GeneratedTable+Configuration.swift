// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import StorageSCP

/// The settings, from the code that reads them.
extension GeneratedTable {
    static let configuration = [
        GeneratedTable(
            of: .configuration, name: "settings of the receiver", ["variable", "default", "values", "meaning"],
            ReceiverSettings.general.map { [$0.variable, $0.defaultText ?? "", $0.values ?? "", $0.meaning] }),
        GeneratedTable(
            of: .configuration, name: "limits of the receiver",
            ["variable", "default", "values", "what is limited", "beyond it"],
            ReceiverSettings.limits.map {
                [$0.variable, $0.defaultText ?? "", $0.values ?? "", $0.meaning, $0.beyond ?? ""]
            }),
        GeneratedTable(
            of: .configuration, name: "settings of the functions",
            ["variable"] + PipelineFunction.allCases.map(\.rawValue) + ["default", "meaning"],
            PipelineSetting.allCases.map { setting in
                ["`\(setting.name)`"] + PipelineFunction.allCases.map { setting.functions.contains($0) ? "✓" : "" }
                    + [setting.defaultValue ?? "", setting.purpose]
            }),
    ]
}

extension SettingDescription {
    fileprivate var variable: String { "`\(name)`" }

    fileprivate var meaning: String {
        section.map { "\(purpose) See [\($0.title)](\($0.link))." } ?? purpose
    }
}
