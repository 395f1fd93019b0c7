import Foundation
import ImportPipeline
import PipelineSimulation
import Testing

/// With `LONG_FORM=yes` as many studies as `make bench-pipeline` has: `make test-long`.
@Suite(.timeLimit(.minutes(10))) struct PipelineSimulationTests {
    private static let isLong = ProcessInfo.processInfo.environment["LONG_FORM"] == "yes"
    /// Of a backlog's studies, and of a migration's.
    private static let (share, migrationShare) = isLong ? (1.0, 1.0) : (0.15, 0.02)

    private let parameters: PipelineParameters

    init() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        parameters = try PipelineParameters(repository: folder)
    }

    @Test(
        "A backlog fails nowhere, starts in order and as fast as it may",
        arguments: Scenario.backlogs(share: share, migrationShare: migrationShare))
    func backlog(scenario: Scenario) {
        // Of few jobs those that start before the first has ended are many.
        let recent = Self.isLong ? nil : RecentJobTimes(after: scenario.jobTimes.mean, before: nil)
        let result = scenario.run(parameters, recent: recent)
        #expect(result.counts.failed == 0)
        #expect(result.counts.jobs == scenario.deliveries.count)
        #expect(result.startsAreInOrder)
        let bound = FluidBound(
            scenario.deliveries, quotas: scenario.quotas, meanJobSeconds: result.meanJobSeconds)
        #expect(result.lastStart <= 1.05 * bound.lastStart, "\(result.lastStart) s, optimum \(bound.lastStart) s")
        #expect(result.transitions.mean <= (scenario.jobTimes.mean == 90 ? 24 : 33))
        // Of 1,500 jobs the share varies by half a percent.
        #expect(result.lateShare <= (Self.isLong ? 0.05 : 0.06))
        #expect(result.delays.mean <= max(6, 0.07 * result.meanJobSeconds))
    }

    @Test("What a delivery costs does not grow with the backlog")
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
        // Its files fit into a few jobs: what has come may be started at once.
        #expect(result.counts.failed == 0)
        #expect(result.lastStart <= 1.2 * 108_000 * Self.migrationShare)
        #expect(Scenario.burst(parameters).deliveries.count <= 1_000)
    }

    @Test(
        "No kind of sender makes more than 1 % more deliveries than with 30 s for all",
        arguments: SenderKind.allCases)
    func senders(kind: SenderKind) {
        var fixed = parameters.delivery
        fixed.shortQuietSeconds = nil
        let counts = [fixed, parameters.delivery].map { limits in
            Scenario.sender(kind, studies: 1_000, limits).deliveries.count
        }
        #expect(Double(counts[1]) <= 1.01 * Double(counts[0]), "\(counts[1]) instead of \(counts[0])")
    }

    @Test("A study of a known sender is in the table 15 s after its last image, beside the job's own time")
    func known() {
        let scenario = Scenario.sender(.associationAStudy, studies: 500, parameters.delivery)
        #expect(scenario.run(parameters).beyondJob.median <= 15)
        var fixed = parameters.delivery
        fixed.shortQuietSeconds = nil
        #expect(Scenario.sender(.associationAStudy, studies: 500, fixed).run(parameters).beyondJob.median > 30)
    }

    @Test("An execution's transitions follow from the state machine: two until it waits, three a look, one at its end")
    func transitions() {
        #expect([1, 2, 7].map(parameters.transitions(looks:)) == [6, 9, 24])
    }

    @Test("The prices of docs/costs.md are found, each for one request")
    func prices() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let prices = try Prices(repository: folder)
        #expect(prices.transition > prices.invocation && prices.s3Put > prices.s3Get && prices.s3Get > 0)
    }
}

extension Scenario: CustomTestStringConvertible {
    /// Its deliveries would fill a log.
    package var testDescription: String { name }
}
