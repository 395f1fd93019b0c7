// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// The decision on an A-ASSOCIATE-RQ.
extension AssociationHandler {
    func decide(on request: AAssociateRQ) {
        guard request.applicationContextName == AAssociateRQ.dicomApplicationContextName else {
            return reject(
                AssociationRejection(
                    .applicationContextNameNotSupported, reason: "the application context is not that of DICOM"))
        }
        guard let eventLoop else { return }
        guard flow.requestReceived() == .decide else { return reject(Self.shuttingDown) }
        service.decide(on: request, from: record.peer, eventLoop: eventLoop)
            .hop(to: eventLoop).assumeIsolated().whenComplete { result in
                let undecided = AssociationRejection(
                    .temporaryCongestion, reason: "the receiver could not decide on the request")
                self.decided((try? result.get()) ?? .reject(undecided), on: request)
            }
    }

    private static let shuttingDown = AssociationRejection(
        .localLimitExceeded, reason: "the receiver is shutting down")

    private func reject(_ rejection: AssociationRejection) {
        record.note(.rejected(rejection))
        perform(machine.rejected(rejection.answer))
    }

    /// The connection may have ended in the meantime.
    private func decided(_ decision: AssociationDecision, on request: AAssociateRQ) {
        flow.decisionMade()
        guard machine.state == .sta3 else { return }
        switch decision {
        case .reject(let rejection): reject(rejection)
        case .accept where flow.isDraining: reject(Self.shuttingDown)
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
            // PS3.7 §D.3.3.2: at most 16 characters, like an AE title; it is cleaned in the same way.
            implementationVersionName: request.userInformation.implementationVersionName.map { AETitle($0).value },
            connection: connection)
        // Before the answer is written: the write can fail at once, and the end must not be reported before `admit`.
        if let rejection = service.admit(association) { return reject(rejection) }
        connection?.becameAssociation()
        requestMemory.becameAssociation()
        record.association = association
        operations = OperationStateMachine(contexts: negotiated.contexts, limits: limits)
        flow.associationAccepted(maximumOperations: negotiated.maximumOperations)
        decoder.allowData(announced: policy.maximumLength)
        watchdog = Watchdog(timeouts: timeouts, now: now)
        service.answered(request, with: negotiated.answer, association: record.id)
        perform(machine.accepted(negotiated.answer))
        watch()
        noteActivity()
        guard let eventLoop, machine.state == .sta6 else { return }
        service.associationOpened(association, notifier: AssociationNotifier(self, eventLoop: eventLoop))
    }
}
