// SPDX-License-Identifier: Apache-2.0

import DICOM
import NIOCore

/// The service provider's side of DIMSE: decides what to do with each PDV of an association. PS3.7 §9.
///
/// A value without futures: if the application has to decide or to finish something, an action says so, and the answer
/// comes back as an event. Messages arrive one after the other, but several operations may be outstanding at the same
/// time. The caller has to keep their number within the negotiated window (PS3.7 §D.3.3.3). One request of our own
/// may be outstanding beside them.
package struct OperationStateMachine: Sendable {
    /// Unique among the operations of one association.
    package typealias OperationID = Int

    package enum Action: Hashable, Sendable {
        case none
        /// Ask the application, then call `requestAccepted` or `requestRefused`.
        case decide(OperationRequest)
        /// Tell the application. Send the response now, unless a data set has to be dropped first.
        case refuse(RequestRefusal, DIMSEResponse?)
        /// Hand a fragment to the receiver. The last one, which may be empty, names the operation to finish.
        case deliver(ByteBuffer, finishing: OperationID?)
        /// The last fragment was received and dropped: let the receiver finish.
        case finish(OperationID)
        case respond(DIMSEResponse)
        /// The peer has answered our own request.
        case notificationAnswered(DIMSEStatus)
    }

    private enum Operation {
        case none
        case deciding(OperationRequest)
        case receiving(OperationRequest)
        /// The receiver failed: the rest of the data set is dropped, and the receiver gives the status.
        case dropping(OperationRequest)
        /// The data set is dropped; the response, if there is one, is already known.
        case refusing(DIMSEResponse?)
        /// The event reply of an answer to our own request is dropped.
        case droppingReply(DIMSEStatus)
    }

    private struct Notification {
        let messageID: UInt16
        let contextID: UInt8
    }

    private let contexts: [UInt8: AcceptedPresentationContext]
    private var assembler: MessageAssembler
    /// The operation of the message that is being received.
    private var operation = Operation.none
    /// Received completely and not answered yet.
    private var outstanding: [OperationID: OperationRequest] = [:]
    private var nextID: OperationID = 0
    /// Our own request that is not answered yet.
    private var notification: Notification?
    private var lastMessageID: UInt16 = 0

    package init(
        contexts: [UInt8: AcceptedPresentationContext], limits: AssociationLimits = AssociationLimits()
    ) {
        self.contexts = contexts
        assembler = MessageAssembler(maximumCommandSetLength: limits.maximumCommandSetLength)
    }

    /// Whether a message has begun and is not complete.
    package var isInsideMessage: Bool { !assembler.isIdle }

    package mutating func receive(_ value: PresentationDataValue) throws(MessageError) -> Action {
        guard let context = contexts[value.contextID] else { throw .contextNotAccepted(value.contextID) }
        switch try assembler.receive(value) {
        case .incomplete: return .none
        case .command(let command, let dataSetFollows):
            return try begin(command, on: context, dataSetFollows: dataSetFollows)
        case .data(let fragment, let isLast):
            return continueDataSet(fragment, isLast: isLast)
        }
    }

    package mutating func requestAccepted() {
        guard case .deciding(let request) = operation else { return }
        operation = .receiving(request)
    }

    package mutating func requestRefused(_ outcome: OperationOutcome) {
        guard case .deciding(let request) = operation else { return }
        operation = .refusing(request.response(outcome))
    }

    /// The receiver cannot take more.
    package mutating func deliveryFailed() {
        guard case .receiving(let request) = operation else { return }
        operation = .dropping(request)
    }

    package mutating func finished(_ id: OperationID, _ outcome: OperationOutcome) -> Action {
        guard let request = outstanding.removeValue(forKey: id) else { return .none }
        return .respond(request.response(outcome))
    }

    /// A request of ours begins, which must be the only one. Returns its message ID.
    package mutating func notificationBegins(on contextID: UInt8) -> UInt16 {
        lastMessageID = lastMessageID == .max ? 1 : lastMessageID + 1
        notification = Notification(messageID: lastMessageID, contextID: contextID)
        return lastMessageID
    }

    // MARK: Commands

    private mutating func begin(
        _ command: CommandSet, on context: AcceptedPresentationContext, dataSetFollows: Bool
    ) throws(MessageError) -> Action {
        let field: CommandField
        let response: DIMSEResponse?
        var refusal: RequestRefusal?
        do {
            field = CommandField(rawValue: try command.uint16(.commandField))
            switch field {
            case .cStoreRQ, .nActionRQ:
                let check = RequestCheck(
                    command: command, context: context, dataSetFollows: dataSetFollows,
                    outstanding: outstanding)
                switch field == .cStoreRQ ? check.store() : check.action() {
                case .request(let request):
                    operation = .deciding(request)
                    return .decide(request)
                case .refused(let why):
                    response = try DIMSEResponse(refusing: command, on: context.id, for: why)
                    refusal = why
                }
            case .cEchoRQ:
                response = DIMSEResponse(CEchoResponse(to: try CEchoRequest(command)), on: context.id)
            case .cCancelRQ:
                // PS3.7 §9.3.2.3: C-CANCEL has no response, and we offer no operation that it could cancel.
                response = nil
            case _ where field.isResponse:
                response = nil
            default:
                let why = RequestRefusal(
                    of: command, as: field, status: .unrecognizedOperation,
                    reason: "Only C-STORE, C-ECHO and N-ACTION are provided")
                response = try DIMSEResponse(refusing: command, on: context.id, for: why)
                refusal = why
            }
        } catch {
            throw .commandSet(error)
        }
        guard !field.isResponse else {
            return try takeResponse(command, field, on: context.id, dataSetFollows: dataSetFollows)
        }
        if dataSetFollows { operation = .refusing(response) }
        let dueNow = dataSetFollows ? nil : response
        if let refusal { return .refuse(refusal, dueNow) }
        return dueNow.map { .respond($0) } ?? .none
    }

    private mutating func takeResponse(
        _ command: CommandSet, _ field: CommandField, on contextID: UInt8, dataSetFollows: Bool
    ) throws(MessageError) -> Action {
        guard let notification else { throw .responseNotExpected(field) }
        let messageID: UInt16
        let status: DIMSEStatus
        do {
            messageID = try command.uint16(.messageIDBeingRespondedTo)
            status = DIMSEStatus(rawValue: try command.uint16(.status))
        } catch {
            throw .commandSet(error)
        }
        guard field == .nEventReportRSP, messageID == notification.messageID else {
            throw .responseToAnotherRequest(
                field, messageID: messageID, expected: .nEventReportRSP, expectedMessageID: notification.messageID)
        }
        guard contextID == notification.contextID else {
            throw .contextChanged(from: notification.contextID, to: contextID)
        }
        self.notification = nil
        guard dataSetFollows else { return .notificationAnswered(status) }
        operation = .droppingReply(status)
        return .none
    }

    // MARK: Data sets

    private mutating func continueDataSet(_ fragment: ByteBuffer, isLast: Bool) -> Action {
        switch operation {
        case .receiving(let request):
            return .deliver(fragment, finishing: isLast ? becomeOutstanding(request) : nil)
        case .dropping(let request):
            guard isLast else { return .none }
            return .finish(becomeOutstanding(request))
        case .refusing(let response):
            guard isLast else { return .none }
            operation = .none
            return response.map { .respond($0) } ?? .none
        case .droppingReply(let status):
            guard isLast else { return .none }
            operation = .none
            return .notificationAnswered(status)
        case .none, .deciding:
            return .none
        }
    }

    private mutating func becomeOutstanding(_ request: OperationRequest) -> OperationID {
        operation = .none
        nextID += 1
        outstanding[nextID] = request
        return nextID
    }
}
