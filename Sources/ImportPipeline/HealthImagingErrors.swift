// SPDX-License-Identifier: Apache-2.0

import StructuredLog

extension EmbeddedMetrics? {
    /// Counts calls that HealthImaging answers with an error, or does not answer, after all attempts of the client.
    /// Errors that say that HealthImaging is busy have a metric of their own: they only need waiting.
    package func countingHealthImagingErrors<Answer: Sendable>(
        busy: (Int) -> EmbeddedMetrics.Metric, _ call: () async throws -> Answer
    ) async throws -> Answer {
        do {
            return try await call()
        } catch {
            try Task.checkCancellation()
            let isBusy = error.reportedClass == .busy
            self?.emit(
                [.init("HealthImagingErrors", isBusy ? 0 : 1), busy(isBusy ? 1 : 0)],
                properties: ["errorType": error.reportedName])
            throw error
        }
    }
}
