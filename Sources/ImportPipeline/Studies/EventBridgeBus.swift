// SPDX-License-Identifier: Apache-2.0

import AWS

/// A bus of EventBridge. Each subscriber has a rule there.
package struct EventBridgeBus: StudyEventBus {
    private let name: String
    private let eventBridge: EventBridgeClient

    /// `nil` without a name: then nobody is told.
    package init?(name: String?, client: AWSClient) {
        guard let name, !name.isEmpty else { return nil }
        self.name = name
        eventBridge = EventBridgeClient(client: client)
    }

    package func send(_ event: StudyEvent) async throws {
        try await eventBridge.putEvent(
            bus: name, source: StudyEvent.source, detailType: event.detailType.rawValue, detail: event.detail)
    }
}
