// SPDX-License-Identifier: Apache-2.0

import DICOM
import NIOCore

/// The service provider's side of DIMSE: decides what to do with each PDV of an association. PS3.7 §9.
///
/// A value without futures: if the application has to decide or to finish something, an action says so, and the answer
/// comes back as an event. Messages arrive one after the other, but several operations may be outstanding at the same
/// time. The caller has to keep their number within the negotiated window (PS3.7 §D.3.3.3).
package struct OperationStateMachine: Sendable {
    /// Unique among the operations of one association.
    package typealias OperationID = Int

    package enum Action: Hashable, Sendable {
        case none
        /// Ask the application, then call `storeAccepted` or `storeRefused`.
        case decideStore(CStoreRequest)
        /// Tell the application. Send the response now, unless a data set has to be dropped first.
        case refuse(RequestRefusal, DIMSEResponse?)
        /// Hand a fragment to the receiver. The last one, which may be empty, names the operation to finish.
        case deliver(ByteBuffer, finishing: OperationID?)
        /// The last fragment was received and dropped: let the receiver finish.
        case finish(OperationID)
        case respond(DIMSEResponse)
    }

    private enum Operation {
        case none
        case deciding(CStoreRequest)
        case receiving(CStoreRequest)
        /// The receiver failed: the rest of the data set is dropped, and the receiver gives the status.
        case dropping(CStoreRequest)
        /// The data set is dropped; the response, if there is one, is already known.
        case refusing(DIMSEResponse?)
    }

    private let contexts: [UInt8: AcceptedPresentationContext]
    private var assembler: MessageAssembler
    /// The operation of the message that is being received.
    private var operation = Operation.none
    /// Received completely and not answered yet.
    private var outstanding: [OperationID: CStoreRequest] = [:]
    private var nextID: OperationID = 0

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

    package mutating func storeAccepted() {
        guard case .deciding(let request) = operation else { return }
        operation = .receiving(request)
    }

    package mutating func storeRefused(_ outcome: StoreOutcome) {
        guard case .deciding(let request) = operation else { return }
        operation = .refusing(Self.response(to: request, outcome))
    }

    /// The receiver cannot take more.
    package mutating func deliveryFailed() {
        guard case .receiving(let request) = operation else { return }
        operation = .dropping(request)
    }

    package mutating func finished(_ id: OperationID, _ outcome: StoreOutcome) -> Action {
        guard let request = outstanding.removeValue(forKey: id) else { return .none }
        return .respond(Self.response(to: request, outcome))
    }

    private static func response(to request: CStoreRequest, _ outcome: StoreOutcome) -> DIMSEResponse {
        DIMSEResponse(CStoreResponse(to: request, outcome: outcome), on: request.presentationContextID)
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
            case .cStoreRQ:
                switch store(command, on: context, dataSetFollows: dataSetFollows) {
                case .request(let request):
                    operation = .deciding(request)
                    return .decideStore(request)
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
                    reason: "Only C-STORE and C-ECHO are provided")
                response = try DIMSEResponse(refusing: command, on: context.id, for: why)
                refusal = why
            }
        } catch {
            throw .commandSet(error)
        }
        guard !field.isResponse else { throw .responseNotExpected(field) }
        if dataSetFollows { operation = .refusing(response) }
        let dueNow = dataSetFollows ? nil : response
        if let refusal { return .refuse(refusal, dueNow) }
        return dueNow.map { .respond($0) } ?? .none
    }

    private enum Store {
        case request(CStoreRequest)
        case refused(RequestRefusal)
    }

    private func store(
        _ command: CommandSet, on context: AcceptedPresentationContext, dataSetFollows: Bool
    ) -> Store {
        let status: DIMSEStatus
        let reason: String
        var errorComment: String?
        do {
            let request = try CStoreRequest(command, on: context)
            if context.abstractSyntax == SOPClass.verification {
                status = .sopClassNotSupported
                reason = "The presentation context is for Verification"
            } else if !dataSetFollows {
                status = .cannotUnderstand
                reason = "C-STORE-RQ without a data set"
            } else if outstanding.values.contains(where: { $0.messageID == request.messageID }) {
                status = .duplicateInvocation
                reason = "The Message ID is that of an operation not yet answered"
            } else {
                return .request(request)
            }
        } catch {
            if case .invalidUID(.affectedSOPInstanceUID, _) = error {
                status = .invalidSOPInstance
            } else {
                status = .mistypedArgument
            }
            reason = "\(error)"
            errorComment = error.errorComment
        }
        return .refused(
            RequestRefusal(of: command, as: .cStoreRQ, status: status, reason: reason, errorComment: errorComment))
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
        case .none, .deciding:
            return .none
        }
    }

    private mutating func becomeOutstanding(_ request: CStoreRequest) -> OperationID {
        operation = .none
        nextID += 1
        outstanding[nextID] = request
        return nextID
    }
}
