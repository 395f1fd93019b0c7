import AWS
import StructuredLog

extension EmbeddedMetrics? {
    /// Counts what HealthImaging answers with an error after all attempts of the client; what it only asks to wait for, the
    /// state machine does, apart.
    package func countingHealthImagingErrors<Answer: Sendable>(
        _ call: () async throws -> Answer
    ) async throws -> Answer {
        do {
            return try await call()
        } catch let error as AWSServiceError {
            let isToWait = [402, 409, 429].contains(error.statusCode)
            self?.emit(
                [.init("HealthImagingErrors", isToWait ? 0 : 1), .init("HealthImagingThrottled", isToWait ? 1 : 0)],
                properties: ["errorType": error.code])
            throw error
        }
    }
}
