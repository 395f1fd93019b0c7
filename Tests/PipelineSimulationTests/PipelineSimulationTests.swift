// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImportPipeline
import PipelineSimulation
import Testing

/// With `LONG_FORM=yes` (`make test-long`) these tests simulate as many studies as `make bench-pipeline`.
@Suite(.timeLimit(.minutes(10))) struct PipelineSimulationTests {
    private static let isLong = ProcessInfo.processInfo.environment["LONG_FORM"] == "yes"
    /// The simulated share of a backlog's studies, and of a migration's studies.
    private static let (share, migrationShare) = isLong ? (1.0, 1.0) : (0.15, 0.02)

    private let parameters: PipelineParameters

    init() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        parameters = try PipelineParameters(repository: folder)
    }

    @Test(
        "A backlog is imported without failures, in order, and as fast as the quotas allow",
        arguments: Scenario.backlogs(share: share, migrationShare: migrationShare))
    func backlog(scenario: Scenario) {
        // With few jobs a large share starts before the first job has ended, when no job time is known yet.
        let recent = Self.isLong ? nil : RecentJobTimes(after: scenario.jobTimes.mean, before: nil)
        let result = scenario.run(parameters, recent: recent)
        #expect(result.counts.failed == 0)
        #expect(result.counts.jobs == scenario.deliveries.count)
        #expect(result.startsAreInOrder)
        let bound = FluidBound(
            scenario.deliveries, quotas: scenario.quotas, meanJobSeconds: result.meanJobSeconds)
        #expect(result.lastStart <= 1.05 * bound.lastStart, "\(result.lastStart) s, optimum \(bound.lastStart) s")
        #expect(result.transitions.mean <= (scenario.jobTimes.mean == 90 ? 24 : 33))
        // With 1,500 jobs the share varies by half a percentage point.
        #expect(result.lateShare <= (Self.isLong ? 0.05 : 0.06))
        #expect(result.delays.mean <= max(6, 0.07 * result.meanJobSeconds))
    }

    @Test("The number of transitions for a delivery does not grow with the backlog")
    func cost() {
        let counts = [1, 4].map { factor in
            Scenario("", Arrivals.random(400 * factor, within: 400), jobTimes: JobTimes(mean: 90)).run(parameters)
        }
        #expect(abs(counts[0].transitions.mean - counts[1].transitions.mean) < 1)
    }

    @Test("With bundles a migration ends soon after its last image, and a burst makes few jobs")
    func bundles() {
        let migration = Scenario.bundledMigration(share: Self.migrationShare, parameters)
        let result = migration.run(parameters)
        // Its files fit into a few jobs, so that every delivery may start at once.
        #expect(result.counts.failed == 0)
        #expect(result.lastStart <= 1.2 * 108_000 * Self.migrationShare)
        #expect(Scenario.burst(parameters).deliveries.count <= 1_000)
    }

    @Test(
        "The short quiet time adds at most 1 % deliveries for any kind of sender",
        arguments: SenderKind.allCases)
    func senders(kind: SenderKind) {
        var fixed = parameters.delivery
        fixed.shortQuietSeconds = nil
        let counts = [fixed, parameters.delivery].map { limits in
            Scenario.sender(kind, studies: 1_000, limits).deliveries.count
        }
        #expect(Double(counts[1]) <= 1.01 * Double(counts[0]), "\(counts[1]) instead of \(counts[0])")
    }

    @Test("A study of a known sender is in the table 15 s after its last image, not counting the job's own time")
    func known() {
        let scenario = Scenario.sender(.associationAStudy, studies: 500, parameters.delivery)
        #expect(scenario.run(parameters).beyondJob.median <= 15)
        var fixed = parameters.delivery
        fixed.shortQuietSeconds = nil
        #expect(Scenario.sender(.associationAStudy, studies: 500, fixed).run(parameters).beyondJob.median > 30)
    }

    @Test("An execution has six transitions with one look, and three more for each further look")
    func transitions() {
        #expect([1, 2, 7].map(parameters.transitions(looks:)) == [6, 9, 24])
    }

    @Test("The prices in docs/costs.md are found and are plausible")
    func prices() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let prices = try Prices(repository: folder)
        #expect(prices.transition > prices.invocation && prices.s3Put > prices.s3Get && prices.s3Get > 0)
    }
}

extension Scenario: CustomTestStringConvertible {
    /// The name only: a scenario's deliveries would fill the log.
    package var testDescription: String { name }
}
