import DICOM
import NIOCore

/// The service provider's side of DIMSE: what each PDV of an association leads to, one operation after the other.
///
/// A value without futures: where the application has to decide or to finish, an action says so, and its answer comes back
/// as an event. While `isAwaitingOutcome`, no PDV may be given: that is where a negotiated asynchronous operations window
/// (PS3.7 §D.3.3.3) will widen the machine. PS3.7 §9.
package struct OperationStateMachine: Sendable {
    package enum Action: Hashable, Sendable {
        case none
        /// Ask the application, then call `storeAccepted` or `storeRefused`.
        case decideStore(CStoreRequest)
        /// Hand a fragment, which may be empty only if it is the last, to the receiver.
        case deliver(ByteBuffer, isLast: Bool)
        /// The last fragment came and was dropped: let the receiver finish.
        case finish
        case respond(DIMSEResponse)
    }

    private enum Operation {
        case none
        case deciding(CStoreRequest)
        case receiving(CStoreRequest)
        /// The receiver failed: the rest is dropped, but it says the status.
        case dropping(CStoreRequest)
        /// What is answered, if anything, is known already: the data set is dropped.
        case refusing(DIMSEResponse?)
        case awaitingOutcome(CStoreRequest)
    }

    private let contexts: [UInt8: AcceptedPresentationContext]
    private var assembler: MessageAssembler
    private var operation = Operation.none

    package init(
        contexts: [UInt8: AcceptedPresentationContext], limits: AssociationLimits = AssociationLimits()
    ) {
        self.contexts = contexts
        assembler = MessageAssembler(maximumCommandSetLength: limits.maximumCommandSetLength)
    }

    /// Whether a message has begun and is not whole.
    package var isInsideMessage: Bool { !assembler.isIdle }

    package var isAwaitingOutcome: Bool {
        if case .awaitingOutcome = operation { true } else { false }
    }

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

    /// The receiver cannot go on.
    package mutating func deliveryFailed() {
        guard case .receiving(let request) = operation else { return }
        operation = .dropping(request)
    }

    package mutating func finished(_ outcome: StoreOutcome) -> Action {
        guard case .awaitingOutcome(let request) = operation else { return .none }
        operation = .none
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
        do {
            field = CommandField(rawValue: try command.uint16(.commandField))
            switch field {
            case .cStoreRQ:
                switch try Self.store(command, on: context, dataSetFollows: dataSetFollows) {
                case .request(let request):
                    operation = .deciding(request)
                    return .decideStore(request)
                case .refused(let refusal):
                    response = refusal
                }
            case .cEchoRQ:
                response = DIMSEResponse(CEchoResponse(to: try CEchoRequest(command)), on: context.id)
            case .cCancelRQ:
                // PS3.7 §9.3.2.3: a cancel has no response, and what it would cancel is not offered here.
                response = nil
            case _ where field.isResponse:
                response = nil
            default:
                response = try DIMSEResponse(refusing: command, on: context.id, status: .unrecognizedOperation)
            }
        } catch {
            throw .commandSet(error)
        }
        guard !field.isResponse else { throw .responseNotExpected(field) }
        guard !dataSetFollows else {
            operation = .refusing(response)
            return .none
        }
        return response.map { .respond($0) } ?? .none
    }

    private enum Store {
        case request(CStoreRequest)
        case refused(DIMSEResponse)
    }

    private static func store(
        _ command: CommandSet, on context: AcceptedPresentationContext, dataSetFollows: Bool
    ) throws(CommandSetError) -> Store {
        let status: DIMSEStatus
        let comment: String
        do {
            let request = try CStoreRequest(command, on: context)
            if context.abstractSyntax == SOPClass.verification {
                status = .sopClassNotSupported
                comment = "The presentation context is for Verification"
            } else if !dataSetFollows {
                status = .cannotUnderstand
                comment = "C-STORE-RQ without a data set"
            } else {
                return .request(request)
            }
        } catch {
            if case .invalidUID(.affectedSOPInstanceUID, _) = error {
                status = .invalidSOPInstance
                comment = "Affected SOP Instance UID is not a UID"
            } else {
                status = .mistypedArgument
                comment = "C-STORE-RQ lacks an element or has a wrong one"
            }
        }
        return .refused(
            try DIMSEResponse(refusing: command, on: context.id, status: status, errorComment: comment))
    }

    // MARK: Data sets

    private mutating func continueDataSet(_ fragment: ByteBuffer, isLast: Bool) -> Action {
        switch operation {
        case .receiving(let request):
            if isLast { operation = .awaitingOutcome(request) }
            return .deliver(fragment, isLast: isLast)
        case .dropping(let request):
            guard isLast else { return .none }
            operation = .awaitingOutcome(request)
            return .finish
        case .refusing(let response):
            guard isLast else { return .none }
            operation = .none
            return response.map { .respond($0) } ?? .none
        case .none, .deciding, .awaitingOutcome:
            return .none
        }
    }
}
