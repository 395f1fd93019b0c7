// SPDX-License-Identifier: Apache-2.0

import DICOM

/// Checks the command of a request whose data set the application takes. What is not valid is refused with the status
/// that describes the first fault.
struct RequestCheck {
    let command: CommandSet
    let context: AcceptedPresentationContext
    let dataSetFollows: Bool
    /// The operations that are not answered yet.
    let outstanding: [OperationStateMachine.OperationID: OperationRequest]

    enum Result {
        case request(OperationRequest)
        case refused(RequestRefusal)
    }

    private struct Fault: Error {
        let status: DIMSEStatus
        let reason: String
        var errorComment: String?
    }

    // MARK: C-STORE

    /// PS3.7 §9.1.1.1.9; PS3.4 §B.2.3.
    func store() -> Result {
        result(as: .cStoreRQ) { () throws(Fault) in
            if context.abstractSyntax == SOPClass.storageCommitmentPushModel { throw notProvidedHere("C-STORE") }
            let request = try parsed { () throws(CommandSetError) in try CStoreRequest(command, on: context) }
            if context.abstractSyntax == SOPClass.verification {
                throw Fault(status: .sopClassNotSupported, reason: "The presentation context is for Verification")
            }
            guard dataSetFollows else {
                throw Fault(status: .cannotUnderstand, reason: "C-STORE-RQ without a data set")
            }
            try checkMessageID(request.messageID)
            return .store(request)
        }
    }

    // MARK: N-ACTION

    /// A request for storage commitment. The statuses are those of PS3.7 §10.1.4.1.10, from the operation as a whole to
    /// its argument:
    ///
    /// - 0211H, "not one of those agreed between the DIMSE service users": the context is for another class.
    /// - 0212H, mistyped argument: a mandatory element of the command is missing, or does not have its VR.
    /// - 0117H, invalid SOP instance: the instance is named by something that breaks the rules for a UID.
    /// - 0119H, class-instance conflict: the instance is the well-known one, but the class is not its class.
    /// - 0118H, no such SOP class: the class is another one, and so is the instance.
    /// - 0112H, no such SOP instance: the class has no instance but the well-known one. PS3.4 §J.3.5.
    /// - 0123H, no such action: PS3.4 Table J.3-1 has the type 1 only.
    /// - 0115H, invalid argument value: the action information, which Table J.3-1 requires, is absent. (0114H is for
    ///   information that the provider does not support.)
    /// - 0210H, duplicate invocation.
    func action() -> Result {
        result(as: .nActionRQ) { () throws(Fault) in
            guard context.abstractSyntax == SOPClass.storageCommitmentPushModel else {
                throw notProvidedHere("N-ACTION")
            }
            let request = try parsed { () throws(CommandSetError) in try NActionRequest(command, on: context) }
            try checkNames(of: request)
            guard request.actionTypeID == NActionRequest.requestStorageCommitment else {
                throw Fault(status: .noSuchAction, reason: "The Action Type ID is not 1, Request Storage Commitment")
            }
            guard dataSetFollows else {
                throw Fault(status: .invalidArgumentValue, reason: "N-ACTION-RQ without a data set")
            }
            try checkMessageID(request.messageID)
            return .action(request)
        }
    }

    private func checkNames(of request: NActionRequest) throws(Fault) {
        let isWellKnown = request.requestedSOPInstanceUID.value == SOPClass.storageCommitmentPushModelInstance
        switch (request.requestedSOPClassUID.value == context.abstractSyntax, isWellKnown) {
        case (true, true): return
        case (true, false):
            throw Fault(
                status: .noSuchSOPInstance, reason: "The SOP Instance is not the well-known one of the SOP Class")
        case (false, true):
            throw Fault(
                status: .classInstanceConflict, reason: "The SOP Class is not Storage Commitment Push Model")
        case (false, false):
            throw Fault(status: .noSuchSOPClass, reason: "The SOP Class is not that of the presentation context")
        }
    }

    // MARK: -

    private func result(
        as field: CommandField, _ check: () throws(Fault) -> OperationRequest
    ) -> Result {
        do throws(Fault) {
            return .request(try check())
        } catch {
            return .refused(
                RequestRefusal(
                    of: command, as: field, status: error.status, reason: error.reason,
                    errorComment: error.errorComment))
        }
    }

    private func parsed<Request>(_ parse: () throws(CommandSetError) -> Request) throws(Fault) -> Request {
        do throws(CommandSetError) {
            return try parse()
        } catch {
            let status: DIMSEStatus =
                switch error {
                case .invalidUID(.affectedSOPInstanceUID, _), .invalidUID(.requestedSOPInstanceUID, _):
                    .invalidSOPInstance
                default: .mistypedArgument
                }
            throw Fault(status: status, reason: "\(error)", errorComment: error.errorComment)
        }
    }

    private func checkMessageID(_ messageID: UInt16) throws(Fault) {
        guard !outstanding.values.contains(where: { $0.messageID == messageID }) else {
            throw Fault(
                status: .duplicateInvocation, reason: "The Message ID is that of an operation not yet answered")
        }
    }

    private func notProvidedHere(_ operation: String) -> Fault {
        Fault(status: .unrecognizedOperation, reason: "\(operation) is not provided on this presentation context")
    }
}
