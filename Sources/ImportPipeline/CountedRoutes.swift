// SPDX-License-Identifier: Apache-2.0

/// The routes that have metrics of their own: those that `METRICS_ROUTES` names. CloudWatch charges for each metric of
/// each value of a dimension, so routes are not counted one by one without being named.
package struct CountedRoutes: Sendable, Equatable {
    /// The dimension of the metrics that are counted by route.
    package static let dimension = "Route"
    package static let maximum = 20
    /// The value of the dimension for all other routes. No route has this name.
    package static let others = "(others)"
    package static let none = CountedRoutes(names: [])

    private let names: Set<String>

    private init(names: Set<String>) {
        self.names = names
    }

    /// `list`: names of routes, separated by commas or spaces.
    package init(_ list: String?) throws(CountedRoutesError) {
        let names = Set((list ?? "").split { $0 == "," || $0 == " " }.map(String.init))
        guard names.count <= Self.maximum else {
            throw CountedRoutesError(found: "\(names.count) names", expected: "at most \(Self.maximum)")
        }
        if let name = names.sorted().first(where: { !TextRule.route.allows($0) }) {
            throw CountedRoutesError(found: name, expected: TextRule.route.expected)
        }
        self.init(names: names)
    }

    /// The value of the dimension for what a route did; `nil`: routes are not counted.
    package func value(of route: String) -> String? {
        names.isEmpty ? nil : names.contains(route) ? route : Self.others
    }
}

package struct CountedRoutesError: Error, Equatable, CustomStringConvertible {
    package let found: String
    package let expected: String

    package var description: String { "\(PipelineSetting.metricsRoutes.name) has \"\(found)\", expected \(expected)" }
}
