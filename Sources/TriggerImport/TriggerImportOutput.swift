import ImportPipeline

/// What the function answers: to a queue the messages that are to come again, to anyone else what was done.
package enum TriggerImportOutput: Encodable, Equatable {
    case messages(failed: [String])
    case objects([IntakeResult])
    case sweep(SweepOutcome)

    private struct BatchItemFailure: Encodable {
        let itemIdentifier: String
    }

    private enum CodingKeys: String, CodingKey {
        case batchItemFailures, imports, deliveries
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .messages(let failed):
            try container.encode(failed.map(BatchItemFailure.init), forKey: .batchItemFailures)
        case .objects(let results): try container.encode(results, forKey: .imports)
        case .sweep(let outcome): try container.encode(outcome, forKey: .deliveries)
        }
    }
}
