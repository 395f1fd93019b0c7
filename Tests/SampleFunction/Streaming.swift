import LambdaRuntime

/// Writes what the event says.
struct Streaming: StreamingLambdaHandler {
    struct Event: Decodable {
        let pieces: [String]?
        let repeating: Int?
        let failure: String?
        /// From a task that is not on the loop's thread.
        let elsewhere: Bool?
    }

    static let contentType = "text/plain"

    init(environment: LambdaEnvironment) throws {}

    func handle(_ event: Event, response: ResponseStream, context: LambdaContext) async throws {
        let write = { @Sendable in
            for _ in 0..<(event.repeating ?? 1) {
                for piece in event.pieces ?? [] { try await response.write(piece.utf8) }
            }
        }
        if event.elsewhere == true { try await Task.detached(operation: write).value } else { try await write() }
        if let failure = event.failure { throw Obedient.Failure(description: failure) }
    }
}
