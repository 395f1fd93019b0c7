import AWS
import StructuredLog

extension EmbeddedMetrics? {
    /// Counts what HealthImaging answers with an error after all attempts of the client; apart what the state machine only
    /// waits for, since HealthImaging is busy.
    package func countingHealthImagingErrors<Answer: Sendable>(
        _ call: () async throws -> Answer
    ) async throws -> Answer {
        do {
            return try await call()
        } catch let error as AWSServiceError {
            let isBusy = error.errorClass == .busy
            self?.emit(
                [.init("HealthImagingErrors", isBusy ? 0 : 1), .init("HealthImagingThrottled", isBusy ? 1 : 0)],
                properties: ["errorType": error.code])
            throw error
        }
    }
}
