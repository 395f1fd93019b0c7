/// What every function has, whatever the form of its answer.
package protocol LambdaFunction: Sendable {
    /// Made once for an execution environment. What throws here ends the process and is reported as the initialisation's
    /// error.
    init(environment: LambdaEnvironment) throws

    /// The variables that it reads, for `--help`.
    static var settings: [FunctionSetting] { get }

    /// SnapStart: called before the environment's snapshot is taken. What throws here is the initialisation's error.
    func prepareForSnapshot() async throws

    /// SnapStart: called in each environment that was restored from the snapshot, before its first event: the place to
    /// renew what is not to be shared, such as random numbers and connections. What throws here ends the process.
    func restoreFromSnapshot() async throws
}

extension LambdaFunction {
    package static var settings: [FunctionSetting] { [] }

    package func prepareForSnapshot() async throws {}

    package func restoreFromSnapshot() async throws {}
}

/// A Lambda function: `@main struct CheckStatus: LambdaHandler { … }` is all that an executable needs.
///
/// `handle` is called for one event after another, and for `AWS_LAMBDA_MAX_CONCURRENCY` of them at once. Its task is cancelled
/// shortly before the invocation's deadline. It runs on the thread that asks for events; nothing runs on the main actor, to
/// which a handler must not be bound.
package protocol LambdaHandler: LambdaFunction {
    associatedtype Event: Decodable
    associatedtype Output: Encodable

    func handle(_ event: Event, context: LambdaContext) async throws -> Output
}

/// A Lambda function that sends its answer while it makes it.
///
/// What throws before the first byte was written is answered as an error, what throws later is told behind what was sent.
package protocol StreamingLambdaHandler: LambdaFunction {
    associatedtype Event: Decodable

    static var contentType: String { get }

    func handle(_ event: Event, response: ResponseStream, context: LambdaContext) async throws
}

extension StreamingLambdaHandler {
    package static var contentType: String { "application/octet-stream" }
}

extension LambdaHandler {
    package static func main() {
        FunctionProcess<Self>().run(EventDispatcher.init)
    }
}

extension StreamingLambdaHandler {
    package static func main() {
        FunctionProcess<Self>().run(StreamingEventDispatcher.init)
    }
}
