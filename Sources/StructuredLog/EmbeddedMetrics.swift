import FoundationEssentials

/// Writes metrics as lines of the log in CloudWatch's embedded metric format, out of which CloudWatch makes metrics: no call
/// to any service, and the same line in a log that nobody reads.
package struct EmbeddedMetrics: Sendable {
    package enum Unit: String, Encodable, Sendable {
        case count = "Count"
        case bytes = "Bytes"
        case milliseconds = "Milliseconds"
    }

    package struct Metric: Sendable, Equatable {
        /// What the format takes of one metric.
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

    /// nil without a namespace: nobody wants metrics.
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

    /// One line. `properties` can be searched for and are no metrics.
    package func emit(_ metrics: [Metric], properties: [String: String] = [:]) {
        let metrics = metrics.filter { !$0.values.isEmpty }
        guard !metrics.isEmpty else { return }
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
        // Text and finite numbers: there is nothing in it that JSON could not hold.
        guard let line = try? encoder.encode(members) else { return }
        write(Array(line) + [UInt8(ascii: "\n")])
    }

    // Spelled as in the format.

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
