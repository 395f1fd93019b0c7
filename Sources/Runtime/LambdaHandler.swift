// SPDX-License-Identifier: Apache-2.0

/// A Lambda function. An executable only needs `@main struct CheckStatus: LambdaHandler { … }`.
///
/// `handle` is called for one event at a time. Its task is cancelled shortly before the invocation's deadline. It runs
/// on the thread of the invocation loop. The main actor does not run, so a handler must not be isolated to it.
package protocol LambdaHandler: Sendable {
    associatedtype Event: Decodable
    associatedtype Output: Encodable

    /// Called once in an execution environment. An error is reported as an initialisation error and ends the process.
    init(environment: LambdaEnvironment) throws

    /// The environment variables that the function reads, for `--help`.
    static var settings: [FunctionSetting] { get }

    func handle(_ event: Event, context: LambdaContext) async throws -> Output
}

extension LambdaHandler {
    package static var settings: [FunctionSetting] { [] }

    package static func main() {
        FunctionProcess<Self>().run()
    }
}
