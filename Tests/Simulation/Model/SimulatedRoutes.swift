// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import SeededRandom

/// The routes of the receivers in a run: two of three called AE titles name a data store each.
enum SimulatedRoutes {
    static let json = """
        [{"name": "research", "calledAETitles": ["RESEARCH"], "datastore": "\(research)"},
         {"name": "teaching", "calledAETitles": ["TEACHING"], "datastore": "\(teaching)"}]
        """
    static let datastores = PermittedDatastores(standard: nil, further: "\(research),\(teaching)")

    /// The pipeline's default.
    static let standard = String(repeating: "0", count: 32)

    private static let research = String(repeating: "1", count: 32)
    private static let teaching = String(repeating: "2", count: 32)

    static func calledAETitle(using random: inout SplitMix64) -> String {
        ["STORESCP", "STORESCP", "STORESCP", "RESEARCH", "TEACHING"].randomElement(using: &random) ?? "STORESCP"
    }

    /// `nil`: the pipeline's default.
    static func datastore(of calledAETitle: String) -> String? {
        switch calledAETitle {
        case "RESEARCH": research
        case "TEACHING": teaching
        default: nil
        }
    }
}
