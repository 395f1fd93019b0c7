// SPDX-License-Identifier: Apache-2.0

/// HealthImaging's quotas for a data store.
package struct Quotas: Sendable {
    package var startsPerSecond: Double
    package var burst: Double
    package var jobs: Int

    package init(startsPerSecond: Double = 1, burst: Double = 2, jobs: Int = 100) {
        self.startsPerSecond = startsPerSecond
        self.burst = burst
        self.jobs = jobs
    }
}
