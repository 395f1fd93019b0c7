import Logging

@testable import LambdaRuntime
@testable import SampleFunction

extension LambdaEnvironment {
    static let empty = LambdaEnvironment(
        variables: [:], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
}

extension Obedient {
    static var dispatcher: EventDispatcher<Obedient> {
        get throws { EventDispatcher(handler: try Obedient(environment: .empty)) }
    }
}
