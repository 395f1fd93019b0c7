// SPDX-License-Identifier: Apache-2.0

import DICOM
import Synchronization

/// The routes that instances of one association can match, in their order.
///
/// The answer about the last instance is kept: most instances of an association are of one study and series, so hundreds
/// of routes are compared once for all of them.
final class AssociationRoutes: Sendable {
    static let none = AssociationRoutes([])

    /// What the conditions on an instance depend on.
    private struct Question: Equatable {
        let sopClassUID: String
        let values: [Tag: [UInt8]]
    }

    private let candidates: [Route]
    /// The elements whose values the conditions compare: the header must be read with them.
    let tags: Set<Tag>
    private let last = Mutex<(question: Question, route: Route?)?>(nil)

    init(_ candidates: [Route]) {
        self.candidates = candidates
        tags = Set(candidates.flatMap(\.attributes).map(\.tag))
    }

    /// The first route that matches; `nil` if none does.
    func route(sopClassUID: String, header: InstanceHeader) -> Route? {
        guard !candidates.isEmpty else { return nil }
        let question = Question(sopClassUID: sopClassUID, values: header.keptValues)
        return last.withLock { last in
            if let last, last.question == question { return last.route }
            let route = firstMatch(question)
            last = (question, route)
            return route
        }
    }

    private func firstMatch(_ question: Question) -> Route? {
        let values = question.values.mapValues { RouteAttribute.values(of: $0) }
        return candidates.first { route in
            (route.sopClassUIDs.isEmpty || route.sopClassUIDs.contains(question.sopClassUID))
                && route.attributes.allSatisfy { condition in
                    values[condition.tag]?.contains { value in condition.patterns.contains { $0.matches(value) } }
                        == true
                }
        }
    }
}
