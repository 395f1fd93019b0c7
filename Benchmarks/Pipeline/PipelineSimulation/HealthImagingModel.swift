// SPDX-License-Identifier: Apache-2.0

import HeapModule

/// HealthImaging's throttle of StartDICOMImportJob and its quota of concurrent jobs, for one data store.
struct HealthImagingModel {
    enum Answer: Equatable {
        case started
        /// Status 429.
        case throttled
        /// Status 402.
        case full
    }

    private let quotas: Quotas
    private var tokens: Double
    private var refilledAt = 0.0
    /// The times at which the running jobs end.
    private var ends = Heap<Double>()

    init(_ quotas: Quotas) {
        self.quotas = quotas
        tokens = quotas.burst
    }

    mutating func start(at now: Double, jobSeconds: Double) -> Answer {
        tokens = min(quotas.burst, tokens + (now - refilledAt) * quotas.startsPerSecond)
        refilledAt = now
        // The tolerance covers rounding errors.
        guard tokens >= 1 - 1e-9 else { return .throttled }
        tokens -= 1
        while let end = ends.min, end <= now { ends.removeMin() }
        guard ends.count < quotas.jobs else { return .full }
        ends.insert(now + jobSeconds)
        return .started
    }
}
