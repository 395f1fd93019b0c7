import ImportPipeline

/// What the function answers: to a queue the messages that are to come again, to anyone else what was done.
enum TriggerImportOutput: Encodable, Equatable {
    case messages(failed: [String])
    case objects([ObjectResult])
    case sweep(DeliveryRecovery.Outcome)

    struct ObjectResult: Encodable, Equatable {
        enum Result: String, Encodable {
            /// By this event, or by an earlier one whose execution still runs: Step Functions does not tell the two apart.
            case started = "STARTED"
            /// An earlier event for the same delivery did it, and its execution has ended.
            case alreadyStarted = "ALREADY_STARTED"
            case rejected = "REJECTED"
            /// No delivery's manifest and not in the inbox, or an object that is another by now.
            case ignored = "IGNORED"
        }
        let result: Result
        let deliveryId: DeliveryID?
    }

    private struct BatchItemFailure: Encodable {
        let itemIdentifier: String
    }

    private enum CodingKeys: String, CodingKey {
        case batchItemFailures, imports, deliveries
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .messages(let failed):
            try container.encode(failed.map(BatchItemFailure.init), forKey: .batchItemFailures)
        case .objects(let results): try container.encode(results, forKey: .imports)
        case .sweep(let outcome): try container.encode(outcome, forKey: .deliveries)
        }
    }
}
