// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Inspection
import Synchronization

/// A pipeline with synthetic deliveries: the same in each run, but for the time.
final class SamplePipeline: PipelineInspector {
    /// What a line of standard input demands.
    enum Command {
        /// That many new deliveries are opened.
        case add(Int)
        /// Every delivery that has not ended goes one step further.
        case advance
        /// The newest delivery fails.
        case spoil
        /// From now on each read fails, as without credentials.
        case fail
        case mend
        /// From now on there is more than one reading takes.
        case exceed

        init?(_ line: String) {
            let words = line.split(separator: " ")
            switch (words.first, words.dropFirst().first.flatMap { Int($0) }) {
            case ("add", let count?): self = .add(count)
            case ("advance", nil): self = .advance
            case ("spoil", nil): self = .spoil
            case ("fail", nil): self = .fail
            case ("mend", nil): self = .mend
            case ("exceed", nil): self = .exceed
            default: return nil
            }
        }
    }

    struct Unavailable: Error, CustomStringConvertible {
        let description = "the sample was told to fail"
    }

    private struct State {
        /// Oldest first.
        var deliveries: [SampleDelivery]
        var fails = false
        var exceeds = false
    }

    private let state: Mutex<State>
    private let files: [String]

    init(count: Int, files: [String]) {
        self.files = files
        // One every 9 seconds, the last ones now.
        let now = Date()
        state = Mutex(
            State(
                deliveries: (0..<count).map { index in
                    SampleDelivery(index, openedAt: now - Double(count - index) * 9, behind: count - 1 - index)
                }))
    }

    func carryOut(_ command: Command) {
        state.withLock { state in
            switch command {
            case .add(let count):
                for _ in 0..<count {
                    state.deliveries.append(SampleDelivery(state.deliveries.count, openedAt: Date(), behind: 0))
                }
            case .advance:
                for index in state.deliveries.indices { state.deliveries[index].advance() }
            case .spoil:
                if let last = state.deliveries.indices.last { state.deliveries[last].spoil() }
            case .fail: state.fails = true
            case .mend: state.fails = false
            case .exceed: state.exceeds = true
            }
        }
    }

    func deliveries() async throws -> [DeliverySummary] {
        try current().reversed().map(\.summary)
    }

    func status() async throws -> PipelineStatus {
        let deliveries = try current().map(\.summary)
        var status = PipelineStatus(at: Date(), stack: "sample-hospital")
        status.datastoreId = "3f0c1b5d9a7e4c2f8b6d0e1a2c3f4b5d"
        for delivery in deliveries {
            status.steps[delivery.step.rawValue, default: 0] += 1
            status.receivedInstances += delivery.instanceCount ?? 0
            status.importedInstances += delivery.importedCount ?? 0
            status.failedInstances += (delivery.failedCount ?? 0) + (delivery.missingCount ?? 0)
        }
        status.queues = [
            .init(name: "ImportQueue", waiting: 3, inFlight: 2, deadLetters: 0),
            .init(name: "InboxQueue", waiting: 0, inFlight: 0, deadLetters: 1),
            .init(name: "StartQueue", waiting: status.steps["waiting"] ?? 0, inFlight: 1, deadLetters: 0),
        ]
        status.rates = rates(deliveries)
        status.problems = [
            Problem(
                "InboxQueue has 1 message in its dead-letter queue",
                advice: "Read it, mend the cause, and start it again with `dicomstore redrive`.")
        ]
        status.problemCount = 1
        if !isComplete {
            status.incomplete = ["open markers", "executions"]
            status.unreadDeliveries = 1_200
            status.problemCount = 26
        }
        return status
    }

    func overview() async throws -> PipelineOverview {
        PipelineOverview(
            status: try await status(), deliveries: try await deliveries(), isCut: !isComplete)
    }

    func delivery(_ id: String) async throws -> DeliveryTrace? {
        guard let index = try current().firstIndex(where: { $0.summary.id == id }) else { return nil }
        return try trace(index)
    }

    func find(_ name: String) async throws -> Pages<DeliveryTrace> {
        let all = try current()
        return Pages(
            try all.indices.filter { index in
                all[index].summary.id == name || all[index].studyInstanceUID == name
                    || all[index].instances(files: []).contains { $0.sopInstanceUID == name }
            }.map(trace), isComplete: isComplete)
    }

    func logLines(about id: String) async throws -> Pages<LogEntry> {
        Pages(try current().first { $0.summary.id == id }?.logLines ?? [], isComplete: isComplete)
    }

    private var isComplete: Bool { state.withLock { !$0.exceeds } }

    func instance(key: String) async throws -> [UInt8]? {
        guard let index = Int(key.split(separator: "/").last ?? ""), files.indices.contains(index) else { return nil }
        return Array(try Data(contentsOf: URL(filePath: files[index])))
    }

    private func trace(_ index: Int) throws -> DeliveryTrace {
        let all = try current()
        let delivery = all[index]
        let files = index == all.count - 1 ? files : []
        return DeliveryTrace(
            summary: delivery.summary, steps: delivery.steps, instances: delivery.instances(files: files))
    }

    private func current() throws -> [SampleDelivery] {
        try state.withLock { state in
            if state.fails { throw Unavailable() }
            return state.deliveries
        }
    }

    /// The last half hour, minute by minute.
    private func rates(_ deliveries: [DeliverySummary]) -> [PipelineStatus.Rate] {
        let minutes = 30
        let end = (Date().timeIntervalSince1970 / 60).rounded(.up) * 60
        let start = Date(timeIntervalSince1970: end - Double(minutes) * 60)
        var rates = (0..<minutes).map { PipelineStatus.Rate(from: start + Double($0) * 60, seconds: 60) }
        func slot(_ date: Date?) -> Int? {
            let slot = Int(((date ?? .distantPast).timeIntervalSince(start) / 60).rounded(.down))
            return rates.indices.contains(slot) ? slot : nil
        }
        for delivery in deliveries.suffix(2000) {
            if let slot = slot(delivery.openedAt) {
                rates[slot].receivedInstances += delivery.instanceCount ?? 0
                rates[slot].receivedBytes += delivery.byteCount ?? 0
            }
            if let slot = slot(delivery.endedAt) {
                rates[slot].importedInstances += delivery.importedCount ?? 0
                rates[slot].failedInstances += (delivery.failedCount ?? 0) + (delivery.missingCount ?? 0)
            }
        }
        return rates
    }
}
