/// The least that any pipeline can reach: starts at the rate that is allowed, as many jobs at once as are allowed, and each delivery
/// flows on as soon as there is room.
package struct FluidBound: Sendable {
    package let waits: Distribution
    package let lastStart: Double

    package init(_ deliveries: [ClosedDelivery], quotas: Quotas, meanJobSeconds: Double) {
        let rate = min(quotas.startsPerSecond, Double(quotas.jobs) / meanJobSeconds)
        // What may start at once: the burst, and all jobs of an idle data store at the rate of starts.
        let head = quotas.startsPerSecond > rate ? Double(quotas.jobs) : quotas.burst
        var starts: [Double] = []
        starts.reserveCapacity(deliveries.count)
        // By the throttle of starts alone, and by the concurrent jobs.
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
