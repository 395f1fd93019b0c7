import ImportPipeline

/// What became of one object.
package struct IntakeResult: Encodable, Equatable, Sendable {
    package enum Result: String, Encodable, Sendable {
        /// By this event, or by an earlier one whose execution still runs: Step Functions does not tell the two apart.
        case started = "STARTED"
        /// An earlier event for the same import did it, and its execution has ended.
        case alreadyStarted = "ALREADY_STARTED"
        case rejected = "REJECTED"
        /// Neither a delivery's manifest nor in the inbox; or an object of the inbox that is another by now, was taken, or is a folder.
        case ignored = "IGNORED"
    }
    package let result: Result
    package let deliveryId: DeliveryID?
    /// Of the import.
    let instanceCount: Int
    /// Instances that are to be written into the index, when the same event comes again.
    let hasRowsLeft: Bool

    private enum CodingKeys: CodingKey {
        case result, deliveryId
    }

    init(_ result: Result, deliveryId: DeliveryID? = nil, instanceCount: Int = 0, hasRowsLeft: Bool = false) {
        self.result = result
        self.deliveryId = deliveryId
        self.instanceCount = instanceCount
        self.hasRowsLeft = hasRowsLeft
    }
}
