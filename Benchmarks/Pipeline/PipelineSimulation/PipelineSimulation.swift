// SPDX-License-Identifier: Apache-2.0

import HeapModule
import ImportPipeline
import SeededRandom
import StartQueue

/// Deliveries of one data store, from the receiver's manifest to the final item in the table, in virtual time. The
/// product's own policy values decide when a start is tried again and when a job is looked at.
///
/// The start queue has one consumer, like a message group of SQS. Executions influence one another only through this
/// queue and through the known durations of recent jobs.
package struct PipelineSimulation {
    /// The latencies of the services, in seconds.
    package struct Latencies: Sendable {
        /// From a manifest to the message in the start queue: S3's event, TriggerImport and two states. The minimum
        /// plus an exponentially distributed time.
        package var (event, leastEvent) = (0.7, 0.3)
        /// From the queue to the function, and from the function's answer to the execution.
        package var (delivery, answer) = (0.03, 0.05)
        /// One call of StartDICOMImportJob, including what the function reads and writes for it.
        package var start = 0.2
        package var look = 0.3
        /// From a job's end until its output manifest can be read: the minimum plus an exponentially distributed time.
        package var (manifest, leastManifest) = (1.0, 0.0)
        /// Reading a job's output, and writing the report and the item.
        package var proof = 0.5

        package init() {}
    }

    private enum Event {
        case arrived(Int)
        case consumes
        case looks(Int)
    }

    /// The execution of one delivery.
    private struct Execution {
        var enteredQueue = 0.0
        var startedAt = 0.0
        var jobEnd = 0.0
        var manifestAt = 0.0
        var wait = 0
        var looks = 0
        var noticedAt = 0.0
        var tries = 0
    }

    private let deliveries: [ClosedDelivery]
    private let parameters: PipelineParameters
    private let latencies: Latencies
    private let jobTimes: JobTimes
    private var healthImaging: HealthImagingModel
    private var random: SplitMix64
    private var agenda = Agenda<Event>()
    private var executions: [Execution]
    private var queue: [Int] = []
    private var head = 0
    private var consumerIsBusy = false
    /// The tries and the deadline of the invocation that holds the head of the queue.
    private var (tries, deadline) = (StartTries(), 0.0)
    private var recent: RecentJobTimes?
    private var order: [Int] = []
    private var counts = PipelineCounts()

    package init(
        _ deliveries: [ClosedDelivery], quotas: Quotas, jobTimes: JobTimes, parameters: PipelineParameters,
        latencies: Latencies = Latencies(), recent: RecentJobTimes? = nil, seed: UInt64 = 1
    ) {
        self.deliveries = deliveries
        self.parameters = parameters
        self.latencies = latencies
        self.jobTimes = jobTimes
        self.recent = recent
        healthImaging = HealthImagingModel(quotas)
        random = SplitMix64(seed: seed)
        executions = Array(repeating: Execution(), count: deliveries.count)
    }

    package mutating func run() -> PipelineResult {
        for (index, delivery) in deliveries.enumerated() {
            let event = latencies.leastEvent + random.exponential(mean: latencies.event)
            agenda.plan(.arrived(index), at: delivery.closedAt + event)
        }
        while let (now, event) = agenda.next() {
            switch event {
            case .arrived(let index): arrived(index, at: now)
            case .consumes: consume(at: now)
            case .looks(let index): look(index, at: now)
            }
        }
        return result
    }

    // MARK: - The start queue

    private mutating func arrived(_ index: Int, at now: Double) {
        executions[index].enteredQueue = now
        queue.append(index)
        if !consumerIsBusy { receive(at: now) }
    }

    /// SQS gives the head of the queue to an invocation.
    private mutating func receive(at now: Double) {
        consumerIsBusy = head < queue.count
        guard consumerIsBusy else { return }
        let begin = now + latencies.delivery
        (tries, deadline) = (StartTries(), begin + parameters.startTimeoutSeconds)
        counts.invocations += 1
        counts.sqsRequests += 2
        agenda.plan(.consumes, at: begin + latencies.start)
    }

    /// HealthImaging answers the call for the head of the queue.
    private mutating func consume(at now: Double) {
        let index = queue[head]
        executions[index].tries += 1
        let jobSeconds = jobTimes.draw(at: now, using: &random)
        let refusal: StartRefusal
        switch healthImaging.start(at: now, jobSeconds: jobSeconds) {
        case .started:
            head += 1
            started(index, at: now, jobSeconds: jobSeconds)
            return receive(at: now + latencies.answer)
        case .throttled: refusal = .throttled
        case .full: refusal = .quotaReached
        }
        let action = tries.refused(
            refusal, remaining: .seconds(deadline - now), fraction: random.seconds(0...1))
        switch action {
        case .tryAgain(let wait): agenda.plan(.consumes, at: now + wait.inSeconds + latencies.start)
        case .putBack: receive(at: now + Double(StartTries.hiddenSeconds))
        case .giveUp:
            head += 1
            counts.failed += 1
            receive(at: now)
        }
    }

    private mutating func started(_ index: Int, at now: Double, jobSeconds: Double) {
        order.append(index)
        let wait = LookSchedule.firstWait(recent, unknown: parameters.pollInterval)
        executions[index].startedAt = now
        executions[index].jobEnd = now + jobSeconds
        executions[index].manifestAt =
            now + jobSeconds + latencies.leastManifest + random.exponential(mean: latencies.manifest)
        executions[index].wait = wait
        agenda.plan(.looks(index), at: now + latencies.answer + Double(wait) + latencies.look)
    }

    // MARK: - Looks

    private mutating func look(_ index: Int, at now: Double) {
        executions[index].looks += 1
        counts.invocations += 1
        let execution = executions[index]
        guard now < execution.manifestAt else {
            executions[index].noticedAt = now
            recent = RecentJobTimes(after: execution.jobEnd - execution.startedAt, before: recent)
            return
        }
        let age = now - (now < execution.jobEnd ? execution.startedAt : execution.jobEnd)
        let wait = LookSchedule.nextWait(after: execution.wait, age: age)
        executions[index].wait = wait
        agenda.plan(.looks(index), at: now + Double(wait) + latencies.look)
    }

    // MARK: - The result

    private var result: PipelineResult {
        var counts = counts
        let started = order.map { executions[$0] }
        let images = deliveries.reduce(0) { $0 + $1.images }
        counts.jobs = started.count
        counts.images = images
        counts.transitions = started.reduce(0) { $0 + parameters.transitions(looks: $1.looks) }
        // As in `docs/costs.md`: for each delivery an invocation of TriggerImport and four SQS requests.
        counts.invocations += deliveries.count
        counts.sqsRequests += 4 * deliveries.count
        return PipelineResult(
            counts: counts,
            waits: Distribution(started.map { $0.startedAt - $0.enteredQueue }),
            lastStart: started.last?.startedAt ?? 0,
            startsAreInOrder: zip(order, queue).allSatisfy { $0 == $1 },
            tries: Distribution(started.map { Double($0.tries) }),
            looks: Distribution(started.map { Double($0.looks) }),
            transitions: Distribution(started.map { Double(parameters.transitions(looks: $0.looks)) }),
            delays: Distribution(started.map { $0.noticedAt - $0.manifestAt }),
            relativeDelays: Distribution(
                started.map { ($0.noticedAt - $0.manifestAt) / ($0.jobEnd - $0.startedAt) }),
            meanJobSeconds: Distribution(started.map { $0.jobEnd - $0.startedAt }).mean,
            lateShare: share(of: started) {
                $0.noticedAt - $0.manifestAt > max(15, 0.15 * ($0.jobEnd - $0.startedAt))
            },
            beyondJob: Distribution(
                order.flatMap { index in
                    let execution = executions[index]
                    let end = execution.noticedAt + latencies.proof - (execution.jobEnd - execution.startedAt)
                    return deliveries[index].lastAcknowledged.map { end - $0 }
                }),
            starts: StartCurve(order.map { (executions[$0].startedAt, deliveries[$0].images) }))
    }

    private func share(of started: [Execution], where isCounted: (Execution) -> Bool) -> Double {
        started.isEmpty ? 0 : Double(started.count { isCounted($0) }) / Double(started.count)
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
