// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ImportPipeline

@Suite struct CountedRoutesTests {
    @Test("Named routes have a value of their own, all others share one that is not a route's name")
    func values() throws {
        let counted = try CountedRoutes("research, trial-2")
        #expect(["research", "trial-2", "x"].map(counted.value) == ["research", "trial-2", CountedRoutes.others])
        #expect(!TextRule.route.allows(CountedRoutes.others))
    }

    @Test("Without names nothing is counted by route", arguments: [nil, "", " , "])
    func none(_ list: String?) throws {
        #expect(try CountedRoutes(list) == .none)
        #expect(CountedRoutes.none.value(of: "research") == nil)
    }

    @Test("A list that cannot be used is an error that says what was expected")
    func problems() {
        let many = (0...CountedRoutes.maximum).map { "r\($0)" }.joined(separator: ",")
        for (list, text) in [
            (many, "METRICS_ROUTES has \"21 names\", expected at most 20"),
            ("ct;mr", "METRICS_ROUTES has \"ct;mr\", expected a route's name"),
        ] {
            do {
                _ = try CountedRoutes(list)
                Issue.record("no error")
            } catch {
                #expect(error.description.hasPrefix(text))
            }
        }
    }
}
