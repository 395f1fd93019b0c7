// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import Foundation
import ImportPipeline
import Synchronization
import TestLog

@testable import Commitment

/// The commitments of one task, in simulated time.
final class ModelReceiver: Sendable {
    let commitments: Commitments
    let connection: TaskConnection
    let log = RecordedLog()
    private let spawn: TaskSpawner

    init(
        _ time: SimulatedTime, _ connection: TaskConnection, limits: CommitmentLimits = CommitmentLimits(),
        rules: CommitmentRules = CommitmentRules(unknown: .seconds(4_500), deadline: .seconds(86_400)),
        source: (any CommitmentReporterSource)? = nil,
        finding: @escaping @Sendable (InstanceReference) -> InstanceFinding = { _ in .committed }
    ) {
        self.connection = connection
        spawn = TaskSpawner(executor: time)
        commitments = Commitments(
            task: TaskID(), states: ModelStates(connection: connection),
            documents: CommitmentDocuments(store: ModelDocuments(connection: connection)),
            search: ModelSearch(connection: connection, finding: finding), rules: rules, limits: limits, source: source,
            surroundings: Commitments.Surroundings(
                clock: time, now: { time.date }, fraction: { 0.5 }, spawn: spawn),
            logger: log.logger)
        spawn { [commitments] in await commitments.begin() }
    }

    /// The answer is there as soon as time has run far enough.
    func take(_ request: CommitmentRequest) -> Answer {
        let answer = Answer()
        spawn { [commitments] in answer.set(await commitments.take(request)) }
        return answer
    }

    func end() -> Answer {
        let answer = Answer()
        spawn { [commitments] in
            await commitments.end()
            answer.set(CommitmentAnswer(.success))
        }
        return answer
    }

    final class Answer: Sendable {
        private let value = Mutex<CommitmentAnswer?>(nil)

        var status: DIMSEStatus? { value.withLock { $0?.status } }

        func set(_ answer: CommitmentAnswer) {
            value.withLock { $0 = answer }
        }
    }
}

extension CommitmentRequest {
    /// A request for this many instances, `1.2.{number}.1` and so on.
    static func sample(_ number: Int = 1, from title: String = "CT1", instances: Int = 3) -> CommitmentRequest {
        CommitmentRequest(
            callingAETitle: title, calledAETitle: "STORESCP", transactionUID: .sample("1.3.\(number)"),
            references: (1...instances).map {
                InstanceReference(
                    sopClassUID: .sample("1.2.840.10008.5.1.4.1.1.2"), sopInstanceUID: .sample("1.2.\(number).\($0)"))
            })
    }
}

extension UID {
    static func sample(_ text: String) -> UID {
        guard let uid = try? UID(text) else { preconditionFailure("the test has a UID that is not valid: \(text)") }
        return uid
    }
}
