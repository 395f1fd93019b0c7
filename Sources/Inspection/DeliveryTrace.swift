// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// One delivery followed through every step.
package struct DeliveryTrace: Codable, Sendable, Equatable {
    package struct Step: Codable, Sendable, Equatable {
        package enum State: String, Codable, Sendable {
            case done, current, failed, pending
        }

        /// `received`, `closed`, `started`, `imported`, `imageSets`.
        package var name: String
        package var state: State
        package var at: Date?
        /// One sentence: what happened, or what it waits for.
        package var text: String

        package init(_ name: String, _ state: State, at: Date? = nil, _ text: String) {
            self.name = name
            self.state = state
            self.at = at
            self.text = text
        }
    }

    package var summary: DeliverySummary
    package var steps: [Step]
    package var instances: [InstanceTrace]

    package init(summary: DeliverySummary, steps: [Step], instances: [InstanceTrace]) {
        self.summary = summary
        self.steps = steps
        self.instances = instances
    }
}

/// What is known of one instance of a delivery.
package struct InstanceTrace: Codable, Sendable, Equatable {
    package var sopInstanceUID: String
    package var studyInstanceUID: String
    package var seriesInstanceUID: String
    package var sopClassUID: String?
    package var transferSyntaxUID: String?
    package var byteCount: Int?
    /// The key in the bucket.
    package var key: String?
    /// The delivery whose row of the instance index this is.
    package var deliveryId: String?
    /// `PENDING`, `IMPORTED`, `FAILED`, `MISSING`; `nil` if the index has no row.
    package var outcome: String?
    package var imageSetId: String?
    package var problem: Problem?

    package init(sopInstanceUID: String, studyInstanceUID: String, seriesInstanceUID: String) {
        self.sopInstanceUID = sopInstanceUID
        self.studyInstanceUID = studyInstanceUID
        self.seriesInstanceUID = seriesInstanceUID
    }
}
