// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Inspection
import Synchronization

/// Answers what the test sets, and counts the reads.
final class SampleInspector: PipelineInspector {
    struct Failure: Error, CustomStringConvertible {
        let description = "the sample fails"
    }

    struct State {
        var deliveries: [DeliverySummary] = []
        var traces: [String: DeliveryTrace] = [:]
        var files: [String: [UInt8]] = [:]
        var fails = false
        var reads: [String: Int] = [:]
    }

    let state = Mutex(State())
    /// Awaited in each read.
    private let delay: @Sendable () async -> Void

    init(delay: @escaping @Sendable () async -> Void = {}) {
        self.delay = delay
    }

    func reads(_ name: String) -> Int { state.withLock { $0.reads[name, default: 0] } }

    private func read<Value>(_ name: String, _ value: (State) -> Value) async throws -> Value {
        await delay()
        return try state.withLock { state in
            state.reads[name, default: 0] += 1
            if state.fails { throw Failure() }
            return value(state)
        }
    }

    func status() async throws -> PipelineStatus {
        try await read("status") { state in
            var status = PipelineStatus(at: Date(timeIntervalSince1970: 0), stack: "sample")
            status.receivedInstances = state.deliveries.count
            return status
        }
    }

    func deliveries() async throws -> [DeliverySummary] { try await read("deliveries") { $0.deliveries } }

    func delivery(_ id: String) async throws -> DeliveryTrace? { try await read("delivery") { $0.traces[id] } }

    func find(_ name: String) async throws -> Pages<DeliveryTrace> {
        try await read("find") { state in
            Pages(state.traces.values.filter { $0.summary.studyInstanceUID == name }, isComplete: false)
        }
    }

    func logLines(about id: String) async throws -> Pages<LogEntry> {
        try await read("log") { _ in
            Pages([
                LogEntry(
                    at: Date(timeIntervalSince1970: 1), source: "StoreSCP", level: "INFO", message: "delivery opened",
                    metadata: ["delivery": id])
            ])
        }
    }

    func instance(key: String) async throws -> [UInt8]? { try await read("instance") { $0.files[key] } }
}

extension DeliverySummary {
    static func sample(_ number: Int, step: Step = .imported) -> DeliverySummary {
        var summary = DeliverySummary(id: "20261129T120000-\(number)", step: step)
        summary.studyInstanceUID = "1.2.3.\(number)"
        summary.instanceCount = number
        return summary
    }
}

extension DeliveryTrace {
    /// A delivery with this many instances, whose keys are `key-0` and so on.
    static func sample(_ summary: DeliverySummary, instances: Int, bytes: Int? = 1000) -> DeliveryTrace {
        DeliveryTrace(
            summary: summary, steps: [Step("received", .done, at: Date(timeIntervalSince1970: 0), "received")],
            instances: (0..<instances).map { index in
                var instance = InstanceTrace(
                    sopInstanceUID: "1.2.3.4.\(index)", studyInstanceUID: "1.2.3", seriesInstanceUID: "1.2.3.4")
                instance.key = "key-\(index)"
                instance.byteCount = bytes
                return instance
            })
    }
}
