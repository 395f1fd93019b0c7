// SPDX-License-Identifier: Apache-2.0

/// Sorted values, for quantiles and the mean.
package struct Distribution: Sendable {
    private let sorted: [Double]

    package init(_ values: some Sequence<Double>) { sorted = values.sorted() }

    package var mean: Double { sorted.isEmpty ? 0 : sorted.reduce(0, +) / Double(sorted.count) }
    package var median: Double { quantile(0.5) }
    package var greatest: Double { sorted.last ?? 0 }

    package func quantile(_ share: Double) -> Double {
        sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
    }
}
