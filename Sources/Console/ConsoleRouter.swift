// SPDX-License-Identifier: Apache-2.0

import Inspection
import Synchronization

/// Answers requests: the page's files, and the API below `/api/`.
final class ConsoleRouter: Sendable {
    private let token: AccessToken
    private let limits: ConsoleLimits
    private let api: ConsoleAPI
    private let running = Atomic(0)

    init(token: AccessToken, limits: ConsoleLimits, api: ConsoleAPI) {
        self.token = token
        self.limits = limits
        self.api = api
    }

    func respond(to request: ConsoleRequest) async -> ConsoleResponse {
        if let refusal = RequestGuard(token: token).refusal(of: request) { return refusal }
        let count = running.add(1, ordering: .relaxed).newValue
        defer { running.subtract(1, ordering: .relaxed) }
        guard count <= limits.requestsAtOnce else { return Self.busy }
        if request.isForAPI { return await api.respond(to: request) }
        guard let file = PageFile.all[request.path] else {
            return .problem(404, Problem("there is no \(request.path.prefix(80))", advice: "Open the address `/`."))
        }
        return file.response(ifNoneMatch: request.field("if-none-match"))
    }

    static let busy = ConsoleResponse.problem(
        503, Problem("too many requests at once", advice: "Try again; close pages that you do not need."),
        fields: [("Retry-After", "1")])
}
