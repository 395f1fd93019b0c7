import AWS
import StructuredLog

extension EmbeddedMetrics? {
    /// Counts what HealthImaging answers with an error, by its name, after all attempts of the client.
    package func countingHealthImagingErrors<Answer: Sendable>(
        _ call: () async throws -> Answer
    ) async throws -> Answer {
        do {
            return try await call()
        } catch let error as AWSServiceError {
            self?.emit([.init("HealthImagingErrors", 1)], properties: ["errorType": error.code])
            throw error
        }
    }
}
