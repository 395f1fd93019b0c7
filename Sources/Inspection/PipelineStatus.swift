// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The whole pipeline at one time.
package struct PipelineStatus: Codable, Sendable, Equatable {
    package struct Queue: Codable, Sendable, Equatable {
        /// The name in the template, such as `ImportQueue`.
        package var name: String
        package var waiting: Int
        package var inFlight: Int
        package var deadLetters: Int

        package init(name: String, waiting: Int, inFlight: Int, deadLetters: Int) {
            self.name = name
            self.waiting = waiting
            self.inFlight = inFlight
            self.deadLetters = deadLetters
        }
    }

    /// What happened in one interval of time.
    package struct Rate: Codable, Sendable, Equatable {
        package var from: Date
        package var seconds: Int
        package var receivedInstances: Int
        package var receivedBytes: Int
        package var importedInstances: Int
        /// Instances that failed, were missing or were rejected.
        package var failedInstances: Int

        package init(from: Date, seconds: Int) {
            self.from = from
            self.seconds = seconds
            (receivedInstances, receivedBytes, importedInstances, failedInstances) = (0, 0, 0, 0)
        }
    }

    package var at: Date
    package var stack: String
    /// Imports that ended earlier are not among the numbers.
    package var since: Date?
    package var datastoreId: String?
    /// The number of imports at each `DeliverySummary.Step`.
    package var steps: [String: Int]
    package var receivedInstances: Int
    package var receivedBytes: Int
    package var importedInstances: Int
    /// Instances that failed, were missing or were rejected.
    package var failedInstances: Int
    /// Deliveries whose sizes were not read yet: they are missing in `receivedBytes`.
    package var unreadDeliveries: Int
    /// What a job takes usually; `nil` if it is not known.
    package var usualJobSeconds: Double?
    package var queues: [Queue]
    /// Oldest first.
    package var rates: [Rate]
    /// The first of them.
    package var problems: [Problem]
    package var problemCount: Int
    /// What was not read completely, because there is more than one reading takes.
    package var incomplete: [String]

    package init(at: Date, stack: String) {
        self.at = at
        self.stack = stack
        steps = [:]
        (receivedInstances, receivedBytes, importedInstances, failedInstances) = (0, 0, 0, 0)
        (unreadDeliveries, problemCount) = (0, 0)
        (queues, rates, problems, incomplete) = ([], [], [], [])
    }
}
