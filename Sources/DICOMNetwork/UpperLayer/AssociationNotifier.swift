// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Sends requests to the peer of an association that the peer opened. May be used from anywhere, and after the end of
/// the association.
package struct AssociationNotifier: Sendable {
    private let handler: NIOLoopBound<AssociationHandler>
    private let eventLoop: any EventLoop

    init(_ handler: AssociationHandler, eventLoop: any EventLoop) {
        self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
        self.eventLoop = eventLoop
    }

    /// Sends the request when the association is idle, after those that were given before, and returns the status of
    /// the peer's answer. Throws a `NotificationFailure`.
    package func notify(
        _ request: NEventReportRequest, on contextID: UInt8, dataSet: any ImmediateDataSet
    ) async throws -> DIMSEStatus {
        try await eventLoop.flatSubmit { [handler] in
            handler.value.notify(request, on: contextID, dataSet: dataSet)
        }.get()
    }
}
