// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import Synchronization

/// Keeps the events that were sent, and fails as a test tells it to.
package final class RecordedBus: StudyEventBus {
    private let recorded = Mutex<[StudyEvent]>([])
    private let failure = Mutex<(any Error)?>(nil)

    package init() {}

    package var events: [StudyEvent] { recorded.withLock { $0 } }

    package func fail(with error: (any Error)?) {
        failure.withLock { $0 = error }
    }

    package func send(_ event: StudyEvent) async throws {
        if let error = failure.withLock({ $0 }) { throw error }
        recorded.withLock { $0.append(event) }
    }
}
