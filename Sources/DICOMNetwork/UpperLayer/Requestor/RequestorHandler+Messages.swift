// SPDX-License-Identifier: Apache-2.0

import DICOM
import NIOCore

/// Messages, in both directions.
extension RequestorHandler {
    /// The length of the fragments of a data set that the peer takes.
    var fragmentLength: Int {
        min(
            ResponseFragmenter.fragmentLength(maximumLength: confirmed?.maximumLength),
            ResponseFragmenter.fragmentLength(maximumLength: limits.maximumLengthSent))
    }

    /// Sends a request, whose message ID is set here. A data set has to follow if the command says so.
    ///
    /// Throws a `RequestedAssociationEnd` or a `RequestNotPossible` if nothing was sent. The future succeeds with the
    /// response, which may come before the whole data set was sent, or fails with a `RequestedAssociationEnd`.
    package func invoke(_ command: CommandSet, on contextID: UInt8) throws -> EventLoopFuture<ReceivedMessage> {
        if let end { throw end }
        guard let confirmed, machine.state == .sta6, confirmed.contexts[contextID] != nil else {
            throw RequestNotPossible.contextNotAccepted(contextID)
        }
        guard messages?.isOperationOutstanding == false, !isSendingDataSet else {
            throw RequestNotPossible.operationOutstanding
        }
        var command = command
        try messages?.requestBegins(&command, on: contextID)
        let promise = eventLoop.makePromise(of: ReceivedMessage.self)
        response = promise
        isSendingDataSet = try command.uint16(.commandDataSetType) != CommandSet.noDataSet
        send(allowed(ResponseFragmenter.data(for: command, on: contextID, maximumLength: confirmed.maximumLength)))
        if !isSendingDataSet { startDeadline(.response, timeouts.response) }
        return promise.futureResult
    }

    /// Sends the next bytes of the data set of the request. Succeeds when they are on their way.
    package func sendDataSet(_ bytes: ByteBuffer, on contextID: UInt8, isLast: Bool) -> EventLoopFuture<Void> {
        if let end { return eventLoop.makeFailedFuture(end) }
        let sent = eventLoop.makePromise(of: Void.self)
        let written = eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { result in
            if case .failure(let error) = result { self.transportFailed(error) }
            if let end = self.end { return sent.fail(end) }
            if case .failure(let error) = result {
                return sent.fail(RequestedAssociationEnd.connectionLost("\(error)"))
            }
            self.dataSetSent(isLast: isLast)
            sent.succeed()
        }
        // Before the write, which may be complete when it returns.
        startDeadline(.network, timeouts.network)
        let data = ResponseFragmenter.data(bytes, on: contextID, isLast: isLast, fragmentLength: fragmentLength)
        send(allowed(data), promise: written)
        return sent.futureResult
    }

    private func dataSetSent(isLast: Bool) {
        stopDeadline()
        guard isLast else { return }
        isSendingDataSet = false
        if response != nil { startDeadline(.response, timeouts.response) }
    }

    // MARK: The end

    /// Asks for release; does nothing before the association is accepted, or after its end.
    package func release() {
        guard machine.state == .sta6 else { return }
        perform(machine.releaseRequested())
        startDeadline(.release, timeouts.release)
    }

    func abort(_ cause: RequestedAssociationEnd.AbortCause) {
        perform(machine.abortRequested(), cause: cause)
    }

    private func allowed(_ data: [PDataTF]) -> [PDU] {
        data.compactMap { data in
            if case .send(let pdu) = machine.dataRequested(data) { pdu } else { nil }
        }
    }

    // MARK: Received messages

    func receive(_ value: PresentationDataValue) {
        guard machine.state == .sta6 || machine.state == .sta7, end == nil else { return }
        do {
            switch try messages?.receive(value) {
            case nil, .incomplete: break
            case .response(let message):
                // While a data set is being sent, the deadline is for the peer to take it.
                if !isSendingDataSet { stopDeadline() }
                response?.succeed(message)
                response = nil
            case .request(let message): respond(to: message)
            }
        } catch {
            if let reason = error.abortReason {
                perform(machine.receivedInvalidPDU(reason), cause: .message(error))
            } else {
                perform(machine.abortRequested(), cause: .message(error))
            }
        }
    }

    private func respond(to message: ReceivedMessage) {
        guard machine.state == .sta6, let confirmed else { return }
        guard let command = answer(message, confirmed) ?? ownAnswer(to: message) else { return }
        let data = ResponseFragmenter.data(
            for: command, on: message.presentationContextID, maximumLength: confirmed.maximumLength)
        send(allowed(data))
    }

    /// A C-CANCEL has no response. PS3.7 §9.3.2.3.
    private func ownAnswer(to message: ReceivedMessage) -> CommandSet? {
        let field = (try? message.command.uint16(.commandField)).map(CommandField.init)
        switch field {
        case nil, .cCancelRQ: return nil
        case .cEchoRQ: return (try? CEchoRequest(message.command)).map { CEchoResponse(to: $0).commandSet() }
        case .some(let field):
            let refusal = RequestRefusal(
                of: message.command, as: field, status: .unrecognizedOperation, reason: "not provided by this requestor"
            )
            return (try? DIMSEResponse(refusing: message.command, on: message.presentationContextID, for: refusal))?
                .commandSet
        }
    }
}
