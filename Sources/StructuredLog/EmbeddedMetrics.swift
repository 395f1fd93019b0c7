// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// Writes metrics as log lines in CloudWatch's embedded metric format. CloudWatch extracts the metrics from the log, so
/// no call to a service is needed.
package struct EmbeddedMetrics: Sendable {
    package enum Unit: String, Encodable, Sendable {
        case count = "Count"
        case bytes = "Bytes"
        case milliseconds = "Milliseconds"
        case seconds = "Seconds"
    }

    package struct Metric: Sendable, Equatable {
        /// The maximum number of values of one metric in the format.
        package static let maximumValues = 100

        let name: String
        let unit: Unit
        let values: [Double]

        package init(_ name: String, _ values: [Double], _ unit: Unit = .count) {
            self.name = name
            self.unit = unit
            self.values = Array(values.prefix(Self.maximumValues))
        }

        package init(_ name: String, _ value: Int, _ unit: Unit = .count) {
            self.init(name, [Double(value)], unit)
        }
    }

    private let namespace: String
    private let dimensions: [String: String]
    private let now: @Sendable () -> Date
    private let write: @Sendable ([UInt8]) -> Void

    /// `nil` without a namespace: metrics are off.
    package init?(
        namespace: String?, dimensions: [String: String], now: @escaping @Sendable () -> Date = { Date() },
        write: @escaping @Sendable ([UInt8]) -> Void = StandardError.write
    ) {
        guard let namespace, !namespace.isEmpty else { return nil }
        self.namespace = namespace
        self.dimensions = dimensions
        self.now = now
        self.write = write
    }

    /// Writes one line. `further`: dimensions of these metrics beside those of all. `properties` are searchable in the
    /// log but are not metrics.
    package func emit(
        _ metrics: [Metric], by further: [String: String] = [:], properties: [String: String] = [:]
    ) {
        let metrics = metrics.filter { !$0.values.isEmpty }
        guard !metrics.isEmpty else { return }
        let dimensions = dimensions.merging(further) { $1 }
        var members: [String: Member] = properties.mapValues { .text($0) }
        members.merge(dimensions.mapValues { .text($0) }) { $1 }
        for metric in metrics { members[metric.name] = .numbers(metric.values) }
        let definition = Definition(
            Namespace: namespace, Dimensions: [dimensions.keys.sorted()],
            Metrics: metrics.map { .init(Name: $0.name, Unit: $0.unit) })
        members["_aws"] = .metadata(
            .init(Timestamp: Int(now().timeIntervalSince1970 * 1000), CloudWatchMetrics: [definition]))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // This cannot fail: all values are text or finite numbers.
        guard let line = try? encoder.encode(members) else { return }
        write(Array(line) + [UInt8(ascii: "\n")])
    }

    // Members are spelled as in the format.

    private struct Definition: Encodable {
        struct MetricDefinition: Encodable {
            let Name: String
            let Unit: Unit
        }
        let Namespace: String
        let Dimensions: [[String]]
        let Metrics: [MetricDefinition]
    }

    private struct Metadata: Encodable {
        let Timestamp: Int
        let CloudWatchMetrics: [Definition]
    }

    private enum Member: Encodable {
        case text(String)
        case numbers([Double])
        case metadata(Metadata)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .numbers(let numbers) where numbers.count == 1: try container.encode(numbers[0])
            case .numbers(let numbers): try container.encode(numbers)
            case .metadata(let metadata): try container.encode(metadata)
            }
        }
    }
}
