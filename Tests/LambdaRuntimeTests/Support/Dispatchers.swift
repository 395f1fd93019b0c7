// SPDX-License-Identifier: Apache-2.0

import Logging

@testable import LambdaRuntime
@testable import SampleFunction

extension LambdaEnvironment {
    static let empty = LambdaEnvironment(
        variables: [:], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
}

extension Obedient {
    static var dispatcher: InvocationDispatcher<Obedient> {
        get throws { InvocationDispatcher(handler: try Obedient(environment: .empty)) }
    }
}
