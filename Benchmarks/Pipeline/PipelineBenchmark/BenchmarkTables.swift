// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImportPipeline
import PipelineSimulation

/// Prints the tables, in Markdown.
struct BenchmarkTables {
    let parameters: PipelineParameters
    let prices: Prices

    func printBacklogs() {
        printHead(
            "case", "", "jobs", "FAILED", "last start", "wait p50 / p99", "tries a job", "transitions a job",
            "transitions",
            "requests", "dollars")
        for scenario in Scenario.backlogs() {
            printRun(scenario, "one job a study")
            printRun(scenario.oneJobAnImage, "one job an image", of: scenario.name)
            printBound(scenario)
        }
        let migration = Scenario.bundledMigration(parameters)
        printRun(migration, "bundles")
        printBound(migration)
        let burst = Scenario.burst(parameters)
        printRun(burst, "bundles")
        printBound(burst)
        print()
    }

    /// Looks at jobs that start without a wait, after the durations of other jobs are known.
    func printLooks() {
        printHead(
            "job times", "looks", "transitions", "noticed after the end", "of the job", "later than 15 s and 15 %")
        for spread in [0.25, 0.5, 0.7] {
            for mean in [5.0, 20, 90, 180, 600, 3_600, 10_800] {
                let jobs = JobTimes(mean: mean, spread: spread)
                printLooks("J = \(Int(mean)) s, spread \(spread)", jobs)
            }
        }
        printLooks(
            "90 s, then 600 s, then 90 s", JobTimes(mean: 90, changes: [(30_000, 600), (60_000, 90)]))
        print()
    }

    /// Deliveries of one receiver without bundles.
    func printSenders() {
        printHead("sender", "deliveries", "with 30 s for all", "more", "closed after", "beyond the job")
        var fixed = parameters.delivery
        fixed.shortQuietSeconds = nil
        for kind in SenderKind.allCases {
            let (known, before) = (
                Scenario.sender(kind, studies: 2_000, parameters.delivery), Scenario.sender(kind, studies: 2_000, fixed)
            )
            let closing = Distribution(known.deliveries.map { $0.closedAt - ($0.lastAcknowledged.max() ?? 0) })
            let more = Double(known.deliveries.count) / Double(before.deliveries.count) - 1
            printRow(
                kind.rawValue, "\(known.deliveries.count)", "\(before.deliveries.count)", percent(more),
                seconds(closing.median), seconds(known.run(parameters).beyondJob.median))
        }
        print()
    }

    // MARK: -

    private func printRun(_ scenario: Scenario, _ way: String, of name: String? = nil) {
        let result = scenario.run(parameters)
        let counts = result.counts
        printRow(
            name ?? scenario.name, way, "\(counts.jobs)", "\(counts.failed)", hours(result.lastStart),
            "\(hours(result.waits.median)) / \(hours(result.waits.quantile(0.99)))", number(result.tries.mean),
            number(result.transitions.mean), "\(counts.transitions)", "\(counts.requests)",
            String(format: "$%.2f", prices.dollars(counts)))
    }

    private func printBound(_ scenario: Scenario) {
        let bound = scenario.bound
        printRow(
            scenario.name, "optimum", "\(scenario.deliveries.count)", "0", hours(bound.lastStart),
            "\(hours(bound.waits.median)) / \(hours(bound.waits.quantile(0.99)))", "1", "", "", "", "")
    }

    private func printLooks(_ name: String, _ jobTimes: JobTimes) {
        let result = Scenario(
            name, Arrivals.random(3_000, within: 90_000), quotas: Quotas(jobs: 10_000), jobTimes: jobTimes
        ).run(parameters, recent: RecentJobTimes(after: jobTimes.mean, before: nil))
        printRow(
            name, number(result.looks.mean), number(result.transitions.mean), seconds(result.delays.mean),
            percent(result.delays.mean / result.meanJobSeconds), percent(result.lateShare))
    }

    private func printHead(_ columns: String...) {
        print("| " + columns.joined(separator: " | ") + " |")
        print(String(repeating: "|---", count: columns.count) + "|")
    }

    private func printRow(_ columns: String...) { print("| " + columns.joined(separator: " | ") + " |") }

    private func hours(_ seconds: Double) -> String {
        seconds < 100 ? self.seconds(seconds) : String(format: "%.2f h", seconds / 3_600)
    }

    private func seconds(_ seconds: Double) -> String { String(format: "%.1f s", seconds) }
    private func number(_ number: Double) -> String { String(format: "%.1f", number) }
    private func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
}
