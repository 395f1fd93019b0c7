import ImportPipeline
import PipelineSimulation

/// Deliveries that really went through a pipeline, to be compared with the simulation.
struct MeasuredRun: Decodable {
    /// Seconds at which executions entered the start queue.
    let entered: [Double]
    let startsPerSecond: Double
    let burst: Double
    let jobsAtOnce: Int
    let jobSeconds: Double
    /// From each job's end to its output manifest.
    let manifestSeconds: Double
    /// As it was deployed.
    let pollSeconds: Int
    /// Seconds of one start, and of one look, as measured.
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
        // These deliveries are at the queue already.
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
