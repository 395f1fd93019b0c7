// SPDX-License-Identifier: Apache-2.0

import DICOM

/// What we answer to a request: every reference of it is either a success or a failure. PS3.4 Table J.3-2.
package struct CommitmentReport: Hashable, Sendable {
    package struct Failure: Hashable, Sendable {
        package let reference: InstanceReference
        package let reason: FailureReason

        package init(_ reference: InstanceReference, _ reason: FailureReason) {
            self.reference = reference
            self.reason = reason
        }
    }

    /// Event Type ID. PS3.4 §J.3.3.1.
    package enum EventType: UInt16, Sendable {
        case successful = 1
        case failuresExist = 2
    }

    package let transactionUID: UID
    package let successes: [InstanceReference]
    package let failures: [Failure]

    package init(transactionUID: UID, successes: [InstanceReference], failures: [Failure]) {
        self.transactionUID = transactionUID
        self.successes = successes
        self.failures = failures
    }

    package var eventType: EventType { failures.isEmpty ? .successful : .failuresExist }
}
