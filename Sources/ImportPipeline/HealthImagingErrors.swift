// SPDX-License-Identifier: Apache-2.0

import AWS
import StructuredLog

extension EmbeddedMetrics? {
    /// Counts calls that HealthImaging answers with an error after all attempts of the client. Errors that say that
    /// HealthImaging is busy have a metric of their own: they only need waiting.
    package func countingHealthImagingErrors<Answer: Sendable>(
        busy: (Int) -> EmbeddedMetrics.Metric, _ call: () async throws -> Answer
    ) async throws -> Answer {
        do {
            return try await call()
        } catch let error as AWSServiceError {
            let isBusy = error.errorClass == .busy
            self?.emit(
                [.init("HealthImagingErrors", isBusy ? 0 : 1), busy(isBusy ? 1 : 0)],
                properties: ["errorType": error.code])
            throw error
        }
    }
}
