/// A Lambda function: `@main struct CheckStatus: LambdaHandler { … }` is all that an executable needs.
///
/// `handle` is called for one event after another. Its task is cancelled shortly before the invocation's deadline. It runs on the
/// thread that asks for events; nothing runs on the main actor, to which a handler must not be bound.
package protocol LambdaHandler: Sendable {
    associatedtype Event: Decodable
    associatedtype Output: Encodable

    /// Made once for an execution environment. What throws here ends the process and is reported as the initialisation's
    /// error.
    init(environment: LambdaEnvironment) throws

    /// The variables that it reads, for `--help`.
    static var settings: [FunctionSetting] { get }

    func handle(_ event: Event, context: LambdaContext) async throws -> Output
}

extension LambdaHandler {
    package static var settings: [FunctionSetting] { [] }

    package static func main() {
        FunctionProcess<Self>().run()
    }
}
