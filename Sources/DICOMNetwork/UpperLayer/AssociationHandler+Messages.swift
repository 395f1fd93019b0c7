// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Messages, from PDVs to the application and back.
extension AssociationHandler {
    func receive(_ value: PresentationDataValue) {
        guard machine.state == .sta6 else { return }
        if !isInsideMessage, flow.isDraining, !notifications.flow.isAwaitingAnswer { return abort(.drained) }
        noteActivity()
        do {
            guard let action = try operations?.receive(value) else { return }
            perform(action)
        } catch {
            if let reason = error.abortReason {
                perform(machine.receivedInvalidPDU(reason), cause: .message(error))
            } else {
                abort(.message(error))
            }
        }
    }

    private func perform(_ action: OperationStateMachine.Action) {
        switch action {
        case .none: break
        case .decide(let request): begin(request)
        case .refuse(let refusal, let response):
            tell(refusal)
            if let response { respond(response) }
        case .deliver(let fragment, let id): deliver(fragment, finishing: id)
        case .finish(let id): finish(id)
        case .respond(let response): respond(response)
        case .notificationAnswered(let status): notificationAnswered(status)
        }
    }

    private func begin(_ request: OperationRequest) {
        guard let association = record.association, let eventLoop else { return }
        let decision =
            switch request {
            case .store(let request): service.instanceBegins(request, on: association, eventLoop: eventLoop)
            case .action(let request): service.actionBegins(request, on: association, eventLoop: eventLoop)
            }
        switch decision {
        case .receive(let receiver):
            self.receiver = receiver
            if case .store = request { isReceivingInstance = true } else { isReceivingInstance = false }
            operations?.requestAccepted()
        case .refuse(let status, let comment):
            operations?.requestRefused(OperationOutcome(status: status, errorComment: comment))
            tell(RequestRefusal(of: request, status: status, reason: comment))
        }
    }

    private func tell(_ refusal: RequestRefusal) {
        guard let association = record.association else { return }
        service.requestRefused(refusal, on: association)
    }

    private func deliver(_ fragment: ByteBuffer, finishing id: OperationStateMachine.OperationID?) {
        guard let receiver, let eventLoop else { return }
        if isReceivingInstance { record.instanceReceived(bytes: fragment.readableBytes) }
        guard fragment.readableBytes > 0, case .after(let taken) = receiver.receive(fragment) else {
            if let id { finish(id) }
            return
        }
        flow.deliveryBegan(finishing: id)
        taken.hop(to: eventLoop).assumeIsolated().whenComplete { result in
            self.deliveryEnded(result, to: receiver)
        }
    }

    private func deliveryEnded(_ result: Result<Void, any Error>, to receiver: any DataSetReceiver) {
        // The association may have ended in the meantime.
        guard self.receiver === receiver, case .resume(let id) = flow.deliveryEnded() else { return }
        if case .failure(let error) = result {
            if error is PeerNotWanted { return abort(.notWanted) }
            operations?.deliveryFailed()
        }
        if let id { finish(id) }
        process()
    }

    private func finish(_ id: OperationStateMachine.OperationID) {
        guard let receiver, let eventLoop else { return }
        self.receiver = nil
        flow.operationFinishing()
        receiver.finish().hop(to: eventLoop).assumeIsolated().whenComplete { result in
            // The receiver is kept until its outcome is known.
            withExtendedLifetime(receiver) { self.finished(id, result) }
        }
    }

    private func finished(_ id: OperationStateMachine.OperationID, _ result: Result<OperationOutcome, any Error>) {
        flow.outcomeKnown()
        // `finish` never fails by contract. If it fails nevertheless, the status tells the sender to try again.
        let outcome = (try? result.get()) ?? OperationOutcome(status: .outOfResources)
        if let action = operations?.finished(id, outcome) { perform(action) }
        if outcome.endsAssociation { abort(.notWanted) }
        if machine.state == .sta8 || machine.state == .sta12 { answerReleaseIfDone() }
        reportIfEnded()
        process()
    }

    /// If the association ended before the outcome was known, the response is counted but not sent.
    private func respond(_ response: DIMSEResponse) {
        if let status = response.storeStatus { record.instanceAnswered(status) }
        if response.isActionTaken {
            record.actionTaken()
            watchdog?.reportPromised()
        }
        let pdus = ResponseFragmenter.data(for: response, maximumLength: record.association?.maximumLength)
            .compactMap { data in
                if case .send(let pdu) = machine.dataRequested(data) { pdu } else { nil }
            }
        guard !pdus.isEmpty else { return }
        noteActivity()
        switch notifications.flow.responseIsDue() {
        case .send: send(pdus)
        case .hold: notifications.heldResponses.append(pdus)
        }
    }
}
