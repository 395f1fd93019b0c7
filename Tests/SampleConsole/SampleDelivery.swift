// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Inspection
import SeededRandom

/// One synthetic delivery.
struct SampleDelivery: Sendable {
    private static let senders = [
        ("CT_SOMATOM_1", 40...420, 530_000), ("MR_SUITE_2", 60...300, 160_000), ("US_ROOM_4", 3...40, 920_000),
        ("XR_EMERGENCY", 1...3, 9_400_000), ("MG_SCREENING", 4...4, 27_000_000), ("PACS_ARCHIVE", 20...900, 410_000),
    ]
    private static let stepsToEnd: [DeliverySummary.Step] = [.receiving, .closed, .waiting, .importing]

    private(set) var summary: DeliverySummary
    let studyInstanceUID: String
    private let ending: DeliverySummary.Step
    private let total: Int
    private let instanceBytes: Int

    /// - Parameter behind: how many deliveries are newer; the newest ones have not ended.
    init(_ index: Int, openedAt: Date, behind: Int) {
        var random = SplitMix64(seed: UInt64(index) &* 77 &+ 5)
        let sender = Self.senders[Int.random(in: 0..<Self.senders.count, using: &random)]
        total = Int.random(in: sender.1, using: &random)
        instanceBytes = sender.2
        studyInstanceUID = "1.2.826.0.1.3680043.8.498.\(UInt64.random(in: 1 << 60..<1 << 63, using: &random))"
        ending =
            switch Int.random(in: 0..<1000, using: &random) {
            case 0..<970: .imported
            case 970..<985: .partial
            case 985..<994: .failed
            default: .rejected
            }
        let digits = (0..<2).map { _ in String(random.next() as UInt64 >> 4 | 1 << 59, radix: 16) }.joined().prefix(24)
        summary = DeliverySummary(id: "\(Self.second(openedAt))-\(digits)", step: .receiving)
        summary.openedAt = openedAt
        summary.callingAETitle = sender.0
        summary.calledAETitle = "STORESCP"
        summary.datastoreId = "3f0c1b5d9a7e4c2f8b6d0e1a2c3f4b5d"
        summary.studyInstanceUID = studyInstanceUID
        summary.studyCount = 1
        setCounts(total * Int.random(in: 20...90, using: &random) / 100)
        let steps = behind >= 12 ? 4 : (3 * behind + 4) / 12
        for _ in 0..<steps { advance() }
    }

    mutating func advance() {
        guard let place = Self.stepsToEnd.firstIndex(of: summary.step) else { return }
        let now = (summary.submittedAt ?? summary.closedAt ?? summary.openedAt ?? Date()) + Double(4 + place * 9)
        switch summary.step {
        case .receiving:
            setCounts(total)
            summary.closedAt = now
            summary.step = ending == .rejected ? .rejected : .closed
            if ending == .rejected { end(.rejected, at: now) }
        case .closed: summary.step = .waiting
        case .waiting:
            summary.step = .importing
            summary.submittedAt = now
            summary.attempt = 1
            summary.jobId = "7f6e5d4c3b2a19087f6e5d4c3b2a1908"
        default: end(ending, at: now)
        }
    }

    mutating func spoil() {
        end(.failed, at: Date())
    }

    private mutating func end(_ outcome: DeliverySummary.Step, at date: Date) {
        summary.step = outcome
        summary.endedAt = date
        let bad = outcome == .imported ? 0 : outcome == .partial ? min(2, total) : total
        summary.failedCount = bad
        summary.importedCount = total - bad
        summary.missingCount = 0
        switch outcome {
        case .partial:
            summary.problem = Problem(
                "HealthImaging refused \(bad) of \(total) instances: the Study Date is not a valid date",
                advice: "Correct the date at the sender, and send these instances again.")
        case .failed:
            summary.problem = Problem(
                "the import job failed: the data store could not read the input",
                advice: "Check the import role's rights, and run `dicomstore redrive`.")
        case .rejected:
            summary.problem = Problem(
                "the manifest names an object that the bucket does not have",
                advice: "Send the study again; the receiver's log names the instance.")
        default: summary.problem = nil
        }
    }

    private mutating func setCounts(_ count: Int) {
        summary.instanceCount = max(1, count)
        summary.byteCount = max(1, count) * instanceBytes
    }

    var steps: [DeliveryTrace.Step] {
        let place = Self.stepsToEnd.firstIndex(of: summary.step) ?? 4
        let isBad = [.partial, .failed, .rejected].contains(summary.step)
        func state(_ step: Int) -> DeliveryTrace.Step.State {
            step < place ? .done : step == place ? .current : .pending
        }
        let count = summary.instanceCount ?? 0
        return [
            .init("received", place == 0 ? .current : .done, at: summary.openedAt, "\(count) instances were received"),
            .init(
                "closed", place == 0 ? .pending : .done, at: summary.closedAt,
                place == 0 ? "closes after the sender's pause" : "the manifest lists \(count) instances"),
            .init("started", state(min(2, place)), at: summary.submittedAt, "the import job was started"),
            .init(
                "imported", place < 4 ? (place == 3 ? .current : .pending) : isBad ? .failed : .done,
                at: summary.endedAt, summary.problem?.text ?? "HealthImaging imported \(summary.importedCount ?? 0)"),
            .init(
                "imageSets", place < 4 || isBad ? .pending : .done, at: summary.endedAt,
                place < 4 ? "image sets exist after the import" : "1 image set"),
        ]
    }

    func instances(files: [String]) -> [InstanceTrace] {
        (0..<max(files.count, summary.instanceCount ?? 0)).map { index in
            var trace = InstanceTrace(
                sopInstanceUID: "\(studyInstanceUID).\(index / 40 + 1).\(index + 1)",
                studyInstanceUID: studyInstanceUID, seriesInstanceUID: "\(studyInstanceUID).\(index / 40 + 1)")
            trace.sopClassUID = "1.2.840.10008.5.1.4.1.1.2"
            trace.byteCount = instanceBytes
            trace.key = "deliveries/\(summary.id)/\(index)"
            trace.deliveryId = summary.id
            if files.isEmpty { trace.transferSyntaxUID = "1.2.840.10008.1.2.4.90" }
            let isBad = index < (summary.failedCount ?? 0)
            if summary.endedAt != nil {
                trace.outcome = isBad ? "FAILED" : "IMPORTED"
                if !isBad { trace.imageSetId = "a1b2c3d4e5f60718293a4b5c6d7e8f90" }
                if isBad { trace.problem = summary.problem }
            } else {
                trace.outcome = "PENDING"
            }
            return trace
        }
    }

    var logLines: [LogEntry] {
        let opened = summary.openedAt ?? Date()
        let sender = ["callingAE": summary.callingAETitle ?? "", "delivery": summary.id]
        var lines = [
            LogEntry(
                at: opened - 1, source: "StoreSCP", level: "INFO", message: "association accepted",
                metadata: sender.merging(["peer": "10.20.4.17", "contexts": "12"]) { $1 }),
            LogEntry(at: opened, source: "StoreSCP", level: "INFO", message: "delivery opened", metadata: sender),
        ]
        if let closed = summary.closedAt {
            lines.append(
                LogEntry(
                    at: closed, source: "StoreSCP", level: "INFO", message: "delivery closed",
                    metadata: sender.merging(["instances": "\(total)"]) { $1 }))
            lines.append(
                LogEntry(
                    at: closed + 1, source: "TriggerImport", level: "INFO", message: "execution started",
                    metadata: ["delivery": summary.id]))
        }
        if let submitted = summary.submittedAt {
            lines.append(
                LogEntry(
                    at: submitted, source: "StartImportJob", level: "INFO", message: "import job started",
                    metadata: ["jobId": summary.jobId ?? ""]))
        }
        if let ended = summary.endedAt {
            lines.append(
                LogEntry(
                    at: ended, source: "CheckStatus", level: summary.problem == nil ? "INFO" : "ERROR",
                    message: "import ended", metadata: ["outcome": summary.step.rawValue.uppercased()]))
        }
        return lines
    }

    /// `20261123T235152`.
    private static func second(_ date: Date) -> String {
        String(
            date.formatted(.iso8601.dateTimeSeparator(.standard).dateSeparator(.omitted).timeSeparator(.omitted))
                .prefix(15))
    }
}
