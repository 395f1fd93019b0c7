// SPDX-License-Identifier: Apache-2.0

/// A figure that is printed for each measurement.
struct Column<Row>: Sendable {
    let title: String
    let value: @Sendable (Row) -> Double
}

extension Column<Measurement> {
    static let objectsPerSecond = Column(title: "objects/s") { $0.objectsPerSecond }
    static func share(of limit: Double) -> Column {
        Column(title: "of \(Int(limit.rounded()))/s") { $0.objectsPerSecond / limit }
    }
    static let peakMebibytes = Column(title: "peak RSS MiB") { $0.peakMebibytes }
}

extension [Column<Measurement>] {
    static let all: [Column<Measurement>] = [
        .objectsPerSecond,
        Column(title: "MB/s") { $0.megabytesPerSecond },
        Column(title: "p50 ms") { $0.medianMilliseconds },
        Column(title: "p99 ms") { $0.p99Milliseconds },
        Column(title: "CPU s/GB") { $0.cpuSecondsPerGigabyte },
        .peakMebibytes,
    ]
}
