// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// An association that we requested and the peer accepted. May be used from anywhere, by one caller at a time.
package struct RequestedAssociation: Sendable {
    /// The bytes of a data set that are read at a time; while they are sent, the next are read.
    private static let pieceLength = 512 << 10

    package let confirmed: ConfirmedAssociation
    private let channel: any Channel
    private let handler: NIOLoopBound<RequestorHandler>

    /// Adds the handler that requests the association to a channel which is not connected yet. Call it on the channel's
    /// event loop.
    ///
    /// - Returns: succeeds when the peer has accepted; fails with a `RequestedAssociationEnd`, also when the channel is
    ///   closed before it was connected.
    package static func request(
        _ request: AAssociateRQ, on channel: any Channel, limits: RequestorLimits = RequestorLimits(),
        timeouts: RequestorTimeouts = RequestorTimeouts(),
        answer: @escaping RequestorHandler.Answer = { _, _ in nil }
    ) throws -> EventLoopFuture<RequestedAssociation> {
        let handler = RequestorHandler(
            request: request, eventLoop: channel.eventLoop, limits: limits, timeouts: timeouts, answer: answer)
        let bound = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        let opened = handler.opened.map { confirmed in
            RequestedAssociation(confirmed: confirmed, channel: channel, handler: bound)
        }
        try channel.pipeline.syncOperations.addHandler(handler)
        return opened
    }

    private init(confirmed: ConfirmedAssociation, channel: any Channel, handler: NIOLoopBound<RequestorHandler>) {
        self.confirmed = confirmed
        self.channel = channel
        self.handler = handler
    }

    private var eventLoop: any EventLoop { channel.eventLoop }

    /// Sends a request, whose message ID is set here, and returns the peer's response.
    ///
    /// Throws a `RequestedAssociationEnd` if the association ended before the response, a `RequestNotPossible` or what
    /// the data set's source threw. `sent` is told how many bytes of the data set are on their way, piece by piece.
    package func invoke(
        _ command: CommandSet, on contextID: UInt8, dataSet: (any DataSetSource)? = nil,
        sent: @Sendable (Int) -> Void = { _ in }
    ) async throws -> ReceivedMessage {
        var command = command
        command.set(.commandDataSetType, dataSet == nil ? CommandSet.noDataSet : 0)
        let response = try await eventLoop.submit { [command] in try handler.value.invoke(command, on: contextID) }
            .get()
        if let dataSet {
            do {
                try await send(dataSet, on: contextID, sent: sent)
            } catch let error as RequestedAssociationEnd {
                throw error
            } catch {
                abort(.dataSetUnreadable)
                throw error
            }
        }
        return try await response.get()
    }

    private func send(_ dataSet: any DataSetSource, on contextID: UInt8, sent: (Int) -> Void) async throws {
        let fragmentLength = try await eventLoop.submit { handler.value.fragmentLength }.get()
        let pieceLength = fragmentLength * max(1, Self.pieceLength / fragmentLength)
        var offset: Int64 = 0
        var underway: (written: EventLoopFuture<Void>, count: Int)?
        repeat {
            let count = Int(min(Int64(pieceLength), dataSet.length - offset))
            let bytes = try await dataSet.bytes(at: offset, count: count)
            if let underway {
                try await underway.written.get()
                sent(underway.count)
            }
            offset += Int64(count)
            let isLast = offset == dataSet.length
            underway = (
                eventLoop.flatSubmit { handler.value.sendDataSet(bytes, on: contextID, isLast: isLast) }, count
            )
        } while offset < dataSet.length
        if let underway {
            try await underway.written.get()
            sent(underway.count)
        }
    }

    /// C-ECHO on a context that was accepted for verification.
    package func echo(on contextID: UInt8) async throws -> DIMSEStatus {
        let response = try await invoke(CEchoRequest(messageID: 0).commandSet(), on: contextID)
        return DIMSEStatus(rawValue: try response.command.uint16(.status))
    }

    /// Asks for release, and returns how the association ended as soon as that is known.
    @discardableResult
    package func release() async -> RequestedAssociationEnd {
        eventLoop.execute { handler.value.release() }
        return await ended()
    }

    /// Sends an A-ABORT; does nothing after the end.
    package func abort(_ cause: RequestedAssociationEnd.AbortCause = .cancelled) {
        eventLoop.execute { handler.value.abort(cause) }
    }

    /// Returns when the association has ended.
    package func ended() async -> RequestedAssociationEnd {
        let end = try? await eventLoop.flatSubmit { handler.value.ended }.get()
        return end ?? .connectionLost(nil)
    }
}
