import NIOCore

/// What becomes of an A-ASSOCIATE-RQ.
extension AssociationHandler {
    func decide(on request: AAssociateRQ) {
        guard request.applicationContextName == AAssociateRQ.dicomApplicationContextName else {
            return reject(
                AssociationRejection(
                    .applicationContextNameNotSupported, reason: "the application context is not that of DICOM"))
        }
        guard draining == .no else { return reject(Self.shuttingDown) }
        guard let eventLoop else { return }
        wait = .decision
        service.decide(on: request, from: record.peer, eventLoop: eventLoop)
            .hop(to: eventLoop).assumeIsolated().whenComplete { result in
                let undecided = AssociationRejection(.temporaryCongestion, reason: "it could not be decided")
                self.decided((try? result.get()) ?? .reject(undecided), on: request)
            }
    }

    private static let shuttingDown = AssociationRejection(
        .localLimitExceeded, reason: "the receiver is shutting down")

    private func reject(_ rejection: AssociationRejection) {
        record.note(.rejected(rejection))
        perform(machine.rejected(rejection.answer))
    }

    /// The connection may have ended meanwhile.
    private func decided(_ decision: AssociationDecision, on request: AAssociateRQ) {
        wait = .nothing
        guard machine.state == .sta3 else { return }
        switch decision {
        case .reject(let rejection): reject(rejection)
        case .accept where draining != .no: reject(Self.shuttingDown)
        case .accept(let policy): accept(request, under: policy)
        }
        process()
    }

    private func accept(_ request: AAssociateRQ, under policy: AcceptancePolicy) {
        let negotiated = policy.negotiate(request)
        record.refusedStorageContexts = RefusedStorageContexts(of: request, answer: negotiated.answer)
        if policy.rejectsWithoutContext, negotiated.contexts.isEmpty {
            return reject(AssociationRejection(.noReasonGiven, reason: "no presentation context is accepted"))
        }
        let association = Association(
            id: record.id, callingAETitle: request.callingAETitle.value, calledAETitle: request.calledAETitle.value,
            peer: record.peer, acceptedContexts: negotiated.contexts,
            maximumLength: request.userInformation.maximumLength,
            // PS3.7 §D.3.3.2: 16 characters, as a title has. What else a peer may write there is not kept.
            implementationVersionName: request.userInformation.implementationVersionName.map { AETitle($0).value },
            connection: connection)
        // Before the answer is written: that can fail at once, and the end must not be told first.
        if let rejection = service.admit(association) { return reject(rejection) }
        connection?.becameAssociation()
        requestBytes = 0
        record.association = association
        operations = OperationStateMachine(contexts: negotiated.contexts, limits: limits)
        maximumOperations = negotiated.maximumOperations
        decoder.allowData(announced: policy.maximumLength)
        watchdog = Watchdog(timeouts: timeouts, now: now)
        service.answered(request, with: negotiated.answer, association: record.id)
        perform(machine.accepted(negotiated.answer))
        watch()
    }
}
