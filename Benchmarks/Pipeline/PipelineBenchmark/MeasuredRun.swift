// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import PipelineSimulation

/// Deliveries that went through a real pipeline, for a comparison with the simulation.
struct MeasuredRun: Decodable {
    /// The times at which executions entered the start queue, in seconds.
    let entered: [Double]
    let startsPerSecond: Double
    let burst: Double
    let jobsAtOnce: Int
    let jobSeconds: Double
    /// Seconds from each job's end to its output manifest.
    let manifestSeconds: Double
    /// The deployed pipeline's parameter.
    let pollSeconds: Int
    /// The measured durations of one start and of one look, in seconds.
    let startSeconds: Double
    let lookSeconds: Double

    struct Simulated: Encodable {
        let lastStart: Double
        let medianWait: Double
        let meanLooks: Double
        let meanTransitions: Double
    }

    func simulated(_ parameters: PipelineParameters) throws -> Simulated {
        var parameters = parameters
        parameters.pollInterval = try PollInterval(String(pollSeconds))
        var latencies = PipelineSimulation.Latencies()
        // The measured times are those at which executions enter the queue.
        (latencies.event, latencies.leastEvent) = (0, 0)
        (latencies.manifest, latencies.leastManifest) = (0, manifestSeconds)
        (latencies.start, latencies.look) = (startSeconds, lookSeconds)
        var simulation = PipelineSimulation(
            entered.sorted().map { ClosedDelivery(closedAt: $0, lastAcknowledged: [$0], images: 1) },
            quotas: Quotas(startsPerSecond: startsPerSecond, burst: burst, jobs: jobsAtOnce),
            jobTimes: JobTimes(mean: jobSeconds, spread: 0), parameters: parameters, latencies: latencies)
        let result = simulation.run()
        return Simulated(
            lastStart: result.lastStart, medianWait: result.waits.median, meanLooks: result.looks.mean,
            meanTransitions: result.transitions.mean)
    }
}
