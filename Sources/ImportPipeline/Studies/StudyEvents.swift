// SPDX-License-Identifier: Apache-2.0

import Logging
import StructuredLog

/// Sends events, and decides what a failure means: an import never waits for a bus that refuses its event for good.
package struct StudyEvents: Sendable {
    private let bus: any StudyEventBus
    private let metrics: EmbeddedMetrics?

    /// `nil` without a bus.
    package init?(bus: (any StudyEventBus)?, metrics: EmbeddedMetrics?) {
        guard let bus else { return nil }
        self.bus = bus
        self.metrics = metrics
    }

    /// Throws an error after which another try may succeed, unless this is the caller's last try. Otherwise an event
    /// that was not sent is lost: it is counted and logged.
    package func send(_ event: StudyEvent, isLastTry: Bool = false, logger: Logger) async throws {
        do {
            try await bus.send(event)
        } catch {
            guard isLastTry || error.reportedClass == .permanent else { throw error }
            metrics?.emit([.init("StudyEventsLost", 1)])
            logger.error(
                "event not sent: its subscribers are not told", error: error,
                metadata: ["detailType": "\(event.detailType.rawValue)"])
        }
    }
}
