import AWS
import StructuredLog

extension EmbeddedMetrics? {
    /// Counts what HealthImaging answers with an error after all attempts of the client; by a metric apart what is only waited
    /// for, since HealthImaging is busy.
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
