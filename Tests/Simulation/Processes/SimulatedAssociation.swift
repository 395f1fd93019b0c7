// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore

/// An association on the receiver's side: one C-STORE after another.
// Sendable: a run has one thread.
final class SimulatedAssociation: @unchecked Sendable {
    private let receiver: SimulatedReceiver
    private let association: Association
    private var current: (any DataSetReceiver)?
    private(set) var hasEnded = false
    private let isAdmitted: Bool

    init(id: String, callingAETitle: String, calledAETitle: String, receiver: SimulatedReceiver) {
        self.receiver = receiver
        association = Association(
            id: id, callingAETitle: callingAETitle, calledAETitle: calledAETitle, peer: nil, acceptedContexts: [:])
        isAdmitted = receiver.core.service.admit(association) == nil
    }

    /// Receives an instance in two fragments, with a pause between them. `answer` is not called if the association ends
    /// first.
    func store(_ sent: SentInstance, pause: Duration, answer: @escaping @Sendable (OperationOutcome) -> Void) {
        guard !hasEnded, isAdmitted, let eventLoop = receiver.process.eventLoop,
            let sopClass = try? UID(SentInstance.sopClass), let instance = try? UID(sent.instance)
        else { return end() }
        let request = CStoreRequest(
            messageID: 1, affectedSOPClassUID: sopClass, affectedSOPInstanceUID: instance, presentationContextID: 1,
            transferSyntax: .explicitVRLittleEndian)
        guard
            case .receive(let current) = receiver.core.service.instanceBegins(
                request, on: association, eventLoop: eventLoop)
        else { return end() }
        self.current = current
        let dataSet = sent.dataSet
        _ = current.receive(ByteBuffer(bytes: dataSet.dropLast(2)))
        receiver.world.instanceBegan(in: receiver.process)
        // The receiver has chosen the key when the header is complete.
        let key = receiver.store.lastKey ?? ""
        let process = receiver.process
        process.scheduler.after(pause) { [self] in
            process.perform { [self] in finish(sent, key: key, last: ByteBuffer(bytes: dataSet.suffix(2)), answer) }
        }
    }

    /// By a release, an abort or a lost connection.
    func end() {
        guard !hasEnded else { return }
        hasEnded = true
        current?.cancel()
        current = nil
        receiver.associationEnded(self)
        guard isAdmitted else { return }
        receiver.core.service.associationEnded(
            AssociationSummary(
                id: association.id, peer: nil, callingAETitle: association.callingAETitle,
                calledAETitle: association.calledAETitle, association: association, end: .released, instancesStored: 0,
                instancesFailed: 0, failures: [:], bytes: 0, duration: .zero))
    }

    private func finish(
        _ sent: SentInstance, key: String, last: ByteBuffer, _ answer: @escaping @Sendable (OperationOutcome) -> Void
    ) {
        guard let current, !hasEnded else { return }
        _ = current.receive(last)
        let finished = current.finish()
        self.current = nil
        finished.whenSuccess { [self] outcome in
            if outcome.status == .success {
                receiver.world.acknowledged(sent, on: association, key: key, receiver: receiver)
            }
            answer(outcome)
        }
    }
}
