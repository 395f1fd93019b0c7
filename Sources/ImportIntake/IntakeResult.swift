// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

/// What was done with one object.
package struct IntakeResult: Encodable, Equatable, Sendable {
    package enum Result: String, Encodable, Sendable {
        /// This event started the execution, or an earlier event did and the execution still runs: Step Functions does
        /// not tell the two apart.
        case started = "STARTED"
        /// An earlier event for the same import started the execution, which has ended.
        case alreadyStarted = "ALREADY_STARTED"
        case rejected = "REJECTED"
        /// The object is neither a manifest nor in the inbox; or it is an object of the inbox that was replaced or
        /// taken, or that stands for a folder.
        case ignored = "IGNORED"
    }
    package let result: Result
    package let deliveryId: DeliveryID?
    /// The number of instances of the import.
    let instanceCount: Int
    /// Whether instances are missing in the index: the event must be delivered again, so that they are written.
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
