// SPDX-License-Identifier: Apache-2.0

/// The shortest waits that any pipeline can reach: it starts jobs at the allowed rate, runs the allowed number of jobs
/// at the same time, and starts each delivery as soon as a quota allows it.
package struct FluidBound: Sendable {
    package let waits: Distribution
    package let lastStart: Double

    package init(_ deliveries: [ClosedDelivery], quotas: Quotas, meanJobSeconds: Double) {
        let rate = min(quotas.startsPerSecond, Double(quotas.jobs) / meanJobSeconds)
        // How many jobs may start at first: the burst, or all jobs of an idle data store at the rate of starts.
        let head = quotas.startsPerSecond > rate ? Double(quotas.jobs) : quotas.burst
        var starts: [Double] = []
        starts.reserveCapacity(deliveries.count)
        // The earliest start that the throttle of starts allows, and the one that the quota of concurrent jobs allows.
        var (byThrottle, byJobs) = (-quotas.burst / quotas.startsPerSecond, -head / rate)
        for arrival in deliveries.lazy.map(\.closedAt).sorted() {
            byThrottle = max(byThrottle, arrival - quotas.burst / quotas.startsPerSecond) + 1 / quotas.startsPerSecond
            byJobs = max(byJobs, arrival - head / rate) + 1 / rate
            starts.append(max(arrival, byThrottle, byJobs))
        }
        lastStart = starts.last ?? 0
        waits = Distribution(zip(starts, deliveries.lazy.map(\.closedAt).sorted()).map { $0 - $1 })
    }
}
