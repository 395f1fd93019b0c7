/// A Lambda function: `@main struct CheckStatus: LambdaHandler { … }` is all that an executable needs.
///
/// The value is made once for an execution environment, then `handle` is called for one event after another.
package protocol LambdaHandler: Sendable {
    associatedtype Event: Decodable
    associatedtype Output: Encodable

    /// What throws here ends the process and is reported as the initialisation's error.
    init(environment: LambdaEnvironment) throws

    func handle(_ event: Event, context: LambdaContext) async throws -> Output
}

extension LambdaHandler {
    package static func main() async {
        await FunctionProcess<Self>().run()
    }
}
