import NIOCore

/// Messages: from PDVs to the application and back.
extension AssociationHandler {
    func receive(_ value: PresentationDataValue) {
        guard machine.state == .sta6 else { return }
        if !isInsideMessage, draining != .no { return abort(.drained) }
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
        case .decideStore(let request): begin(request)
        case .deliver(let fragment, let isLast): deliver(fragment, isLast: isLast)
        case .finish: finish()
        case .respond(let response): respond(response)
        }
    }

    private func begin(_ request: CStoreRequest) {
        guard let association = record.association, let eventLoop else { return }
        switch service.instanceBegins(request, on: association, eventLoop: eventLoop) {
        case .receive(let receiver):
            self.receiver = receiver
            operations?.storeAccepted()
        case .refuse(let status, let comment):
            operations?.storeRefused(StoreOutcome(status: status, errorComment: comment))
        }
    }

    private func deliver(_ fragment: ByteBuffer, isLast: Bool) {
        guard let receiver, let eventLoop else { return }
        record.instanceReceived(bytes: fragment.readableBytes)
        guard fragment.readableBytes > 0, let taken = receiver.receive(fragment) else {
            if isLast { finish() }
            return
        }
        wait = .delivery(isLast: isLast)
        taken.hop(to: eventLoop).assumeIsolated().whenComplete { result in
            self.deliveryEnded(result, to: receiver)
        }
    }

    private func deliveryEnded(_ result: Result<Void, any Error>, to receiver: any InstanceReceiver) {
        // The association may have ended meanwhile.
        guard self.receiver === receiver, case .delivery(let isLast) = wait else { return }
        resume()
        if case .failure = result { operations?.deliveryFailed() }
        if isLast { finish() }
        process()
    }

    private func finish() {
        guard let receiver, let eventLoop else { return }
        wait = .outcome
        receiver.finish().hop(to: eventLoop).assumeIsolated().whenComplete { result in
            self.finished(result, receiver)
        }
    }

    private func finished(_ result: Result<StoreOutcome, any Error>, _ receiver: any InstanceReceiver) {
        guard self.receiver === receiver else { return }
        self.receiver = nil
        resume()
        // It was promised not to fail; if it does all the same, the sender is to try again.
        let outcome = (try? result.get()) ?? StoreOutcome(status: .outOfResources)
        if let action = operations?.finished(outcome) { perform(action) }
        reportIfEnded()
        process()
    }

    private func resume() {
        wait = .nothing
        watchdog?.progressed(at: now)
    }

    /// The association may have ended before the outcome was known: then it is only counted.
    private func respond(_ response: DIMSEResponse) {
        if let status = response.storeStatus { record.instanceAnswered(status) }
        guard machine.state == .sta6 else { return }
        send(ResponseFragmenter.pdus(for: response, maximumLength: record.request?.userInformation.maximumLength))
    }
}
