// SPDX-License-Identifier: Apache-2.0

import AWS
import ByteComparison
import FoundationEssentials
import ImportPipeline

/// The result of each instance of a job that has ended, for the index.
struct InstanceOutcomes {
    private let request: ImportRequest
    private let job: [InstanceAttribute: String]
    private let isLast: Bool

    /// `isStartedAgain`: another job of the import follows. An instance that was not imported is then still in
    /// progress, and has not failed.
    init(of job: HealthImagingClient.JobProperties, event: ImportProgress, isStartedAgain: Bool) {
        request = event.request
        let endedAt = job.endedAt.map { PipelineJSON.timestamp($0.date) }
        // Every look must use the same time, even if HealthImaging leaves times out.
        let submittedAt =
            job.submittedAt.map { PipelineJSON.timestamp($0.date) } ?? endedAt ?? event.request.deliveryId.openedAt
        self.job = [.jobId: event.jobId, .submittedAt: submittedAt, .endedAt: endedAt].compactMapValues(\.self)
        isLast = !isStartedAgain
    }

    func attempts(by proof: ImportProof, outcome: ImportOutcome) -> [InstanceAttempt] {
        let held = proof.held
        var attempts = held.compactMap { key in attempt(.imported, key, proof.expected, Self.place(of: key, proof)) }
        guard isLast else { return attempts }
        var told = held
        for failure in proof.failures where told.insert(ByteText(failure.key)).inserted {
            let type = HealthImagingReason(failure.errorType).text
            attempts += [failed(ByteText(failure.key), type, failure.message, proof.expected)].compactMap(\.self)
        }
        for key in proof.missing.map({ ByteText($0) }) where told.insert(key).inserted {
            attempts += [attempt(.missing, key, proof.expected, [:])].compactMap(\.self)
        }
        // The numbers say that nothing was imported. If they say that some instances were, it is not known which ones:
        // their rows stay as they are.
        guard outcome == .failed else { return attempts }
        let others = (proof.expected.keys ?? []).subtracting(told)
        return attempts
            + others.compactMap { failed($0, "unknown", "HealthImaging gives no reason", proof.expected) }
    }

    func attempts(ofFailedJob message: String?, _ expected: ExpectedInstances) -> [InstanceAttempt] {
        (expected.keys ?? []).compactMap {
            failed($0, "ImportJobFailed", message ?? "HealthImaging gives no reason", expected)
        }
    }

    // MARK: -

    private static func place(of key: ByteText, _ proof: ImportProof) -> [InstanceAttribute: String] {
        guard let place = proof.results?.places[key] else { return [:] }
        let codes = place.warningCodes.sorted().map(String.init).joined(separator: ",")
        return [
            .imageSetId: place.imageSetId, .imageSetVersion: place.imageSetVersion.map(String.init),
            .isPrimary: place.isPrimary.map(String.init), .warnings: codes.isEmpty ? nil : codes,
        ].compactMapValues(\.self)
    }

    /// The text of HealthImaging may quote the content of the file.
    private func failed(
        _ key: ByteText, _ errorType: String, _ message: String, _ expected: ExpectedInstances
    ) -> InstanceAttempt? {
        attempt(
            .failed, key, expected,
            [.errorType: errorType, .message: HealthImagingReason(message).text])
    }

    private func attempt(
        _ outcome: InstanceAttempt.Outcome, _ key: ByteText, _ expected: ExpectedInstances,
        _ more: [InstanceAttribute: String]
    ) -> InstanceAttempt? {
        InstanceAttempt(
            outcome, ofKey: key.text, by: request.importId, sopClassUID: expected.classes[key],
            job.merging(more) { $1 })
    }
}
