// SPDX-License-Identifier: Apache-2.0

import Glibc
import StructuredLog

/// A random sample of latencies, as many as one line of metrics can hold, and the greatest of all latencies.
///
/// Reservoir sampling by Li's algorithm L: it needs a random number only for each value that enters the sample.
struct LatencySample {
    private static let capacity = EmbeddedMetrics.Metric.maximumValues - 1

    private var sample: [Double] = []
    private var seen = 0
    private var greatest = 0.0
    private var weight = 1.0
    /// The number of the next value that enters the sample.
    private var next = 0

    mutating func add(_ value: Double) {
        seen += 1
        greatest = max(greatest, value)
        if sample.count < Self.capacity {
            sample.append(value)
            if sample.count == Self.capacity { skip() }
        } else if seen == next {
            sample[Int.random(in: 0..<Self.capacity)] = value
            skip()
        }
    }

    var values: [Double] {
        seen > sample.count ? sample + [greatest] : sample
    }

    private mutating func skip() {
        let unit = Double.leastNonzeroMagnitude..<1
        weight *= exp(log(.random(in: unit)) / Double(Self.capacity))
        next = seen + 1 + Int(min(log(.random(in: unit)) / log1p(-weight), 1e15))
    }
}
