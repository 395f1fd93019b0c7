// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

/// The answer of the function: to a queue the messages to deliver again, to any other caller what was done.
package enum TriggerImportOutput: Encodable, Equatable {
    case messages(failed: [String])
    case objects([IntakeResult])
    case sweep(SweepOutcome)

    private enum CodingKeys: String, CodingKey {
        case imports, deliveries
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .messages(let failed): try BatchItemFailures(of: failed).encode(to: encoder)
        case .objects(let results): try encode(results, .imports, to: encoder)
        case .sweep(let outcome): try encode(outcome, .deliveries, to: encoder)
        }
    }

    private func encode(_ value: some Encodable, _ key: CodingKeys, to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(value, forKey: key)
    }
}
