// SPDX-License-Identifier: Apache-2.0

import AssociationRequestor
import DICOM
import DICOMNetwork

/// Sends files to a peer on one or more associations at once, and tells an observer what became of each.
package struct Sender: Sendable {
    package static let maximumAssociations = 32

    /// Why an association ended before its files did.
    private struct Loss: Error {
        let reason: String
        /// Whether another attempt may succeed.
        let isTransient: Bool
        /// Whether waiting is pointless, as the cause was on our side.
        var isOurs = false
    }

    private let opener: AssociationOpener
    private let associations: Int
    private let retries: RetryPolicy
    private let observer: any SendObserver
    private let clock: any Clock<Duration>

    /// `associations` is at most `maximumAssociations`.
    package init(
        opener: AssociationOpener, associations: Int = 1, retries: RetryPolicy = RetryPolicy(),
        observer: any SendObserver, clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.opener = opener
        self.associations = min(max(1, associations), Self.maximumAssociations)
        self.retries = retries
        self.observer = observer
        self.clock = clock
    }

    /// Returns when the observer was told about every file.
    package func send(_ files: [OutgoingFile]) async {
        let queue = SendQueue(files)
        let reasons = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<min(associations, max(1, files.count)) { group.addTask { await work(on: queue) } }
            var reasons: [String] = []
            for await case let reason? in group { reasons.append(reason) }
            return reasons
        }
        // One association may have given up while the others went on, so that only these files are left.
        for file in await queue.takeAll() {
            observer.fileEnded(FileResult(file, .notSent(reasons.last ?? "no association was left")))
        }
    }

    /// Sends files until none is left, or until it is not worth another attempt: then returns why.
    private func work(on queue: SendQueue) async -> String? {
        var failures = 0
        while let assignment = await queue.assignment() {
            do throws(Loss) {
                try await send(assignment, from: queue) { failures = 0 }
            } catch {
                if error.isOurs { continue }
                failures += 1
                guard error.isTransient, failures <= retries.maximumFailures else { return error.reason }
                let delay = retries.delay(afterFailures: failures, random: .random(in: 0..<1))
                observer.willRetry(after: delay, because: error.reason)
                try? await clock.sleep(for: delay)
            }
        }
        return nil
    }

    /// Opens an association, and sends files of the batch on it until none is left.
    private func send(
        _ assignment: SendQueue.Assignment, from queue: SendQueue, stored: () -> Void
    ) async throws(Loss) {
        let association = try await open(assignment.plan, queue)
        while let file = await queue.take(from: assignment.batch) {
            guard let id = assignment.plan.id(of: file.context), association.confirmed.contexts[id] != nil else {
                let refusal = assignment.plan.id(of: file.context).flatMap { association.confirmed.refusals[$0] }
                observer.fileEnded(FileResult(file, .contextRefused(refusal ?? .notAnswered)))
                continue
            }
            do {
                let outcome = try await store(file, on: id, of: association)
                observer.fileEnded(FileResult(file, outcome))
                if outcome.isStored { stored() }
            } catch let problem as FileProblem {
                observer.fileEnded(FileResult(file, .unusable(problem)))
                throw Loss(reason: "\(problem)", isTransient: true, isOurs: true)
            } catch {
                association.abort()
                let reason = "\(error)"
                if await !queue.giveBack(file, to: assignment.batch, maximumLosses: retries.maximumLossesOfFile) {
                    observer.fileEnded(FileResult(file, .notConfirmed(reason)))
                }
                throw Loss(reason: reason, isTransient: true)
            }
        }
        await association.release()
    }

    private func open(_ plan: ContextPlan, _ queue: SendQueue) async throws(Loss) -> RequestedAssociation {
        do {
            let association = try await opener.open(contexts: plan.proposals)
            await queue.succeeded()
            return association
        } catch let error as RequestedAssociationEnd {
            throw Loss(reason: Self.text(error), isTransient: await isTransient(error, queue))
        } catch {
            // If no attempt has succeeded, the address is most likely wrong: the person who waits wants to know now.
            throw Loss(reason: "\(error)", isTransient: await queue.hasSucceeded)
        }
    }

    private func isTransient(_ end: RequestedAssociationEnd, _ queue: SendQueue) async -> Bool {
        switch end {
        case .rejected(let reject): reject.result == .rejectedTransient
        case .released, .releasedByPeer, .abortedByPeer, .abortedByUs, .connectionLost, .timedOut:
            await queue.hasSucceeded
        }
    }

    /// Adds what the sender can do about it.
    private static func text(_ end: RequestedAssociationEnd) -> String {
        switch end {
        case .rejected(.callingAETitleNotRecognized): "\(end). The receiver does not know our title: --calling"
        case .rejected(.calledAETitleNotRecognized): "\(end). The receiver has another title: --called"
        case .connectionLost(let reason?)
        where reason.contains("CERTIFICATE_VERIFY_FAILED") || reason.contains("failedToValidateHostname"):
            "the receiver's certificate was not verified: its authority is not known (--tls-ca), or its name is not "
                + "that of the host (--tls-server-name)"
        case .connectionLost(let reason?) where reason.contains("WRONG_VERSION_NUMBER"):
            "the receiver does not speak TLS on this port"
        case .connectionLost(let reason?) where reason.contains("CERTIFICATE_REQUIRED"):
            "the receiver asks for a client certificate: --tls-certificate and --tls-key"
        default: "\(end)"
        }
    }

    private func store(
        _ file: OutgoingFile, on contextID: UInt8, of association: RequestedAssociation
    ) async throws -> FileOutcome {
        let dataSet: FileDataSet
        do {
            dataSet = try await FileDataSet(opening: file)
        } catch let problem as FileProblem {
            // Nothing was sent yet, so the association goes on.
            return .unusable(problem)
        }
        var command = CommandSet()
        command.set(.affectedSOPClassUID, uid: file.context.sopClassUID.value)
        command.set(.commandField, CommandField.cStoreRQ.rawValue)
        command.set(.priority, 0)
        command.set(.affectedSOPInstanceUID, uid: file.sopInstanceUID.value)
        let response = try await association.invoke(command, on: contextID, dataSet: dataSet) { count in
            observer.sent(bytes: count)
        }
        let status = DIMSEStatus(rawValue: try response.command.uint16(.status))
        return status.isStored ? .stored(status) : .refused(status)
    }
}
