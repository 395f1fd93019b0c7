// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline

extension PipelineSnapshot {
    /// The minutes of the last hour.
    private static let (rateCount, rateSeconds) = (60, 60)

    package func status() -> PipelineStatus {
        let imports = imports()
        var status = PipelineStatus(at: at, stack: stack)
        status.since = at.addingTimeInterval(-Double(InspectionLimits.windowSeconds))
        status.datastoreId = datastoreID
        status.incomplete = incomplete
        for step in DeliverySummary.Step.allCases { status.steps[step.rawValue] = 0 }
        for summary in imports {
            status.steps[summary.step.rawValue, default: 0] += 1
            status.receivedInstances += summary.instanceCount ?? 0
            status.receivedBytes += summary.byteCount ?? 0
            status.importedInstances += summary.importedCount ?? 0
            status.failedInstances += summary.failedInstances
            if summary.isSizeUnknown { status.unreadDeliveries += 1 }
        }
        status.queues = queues
        status.rates = rates(of: imports)
        status.usualJobSeconds = usualJobSeconds(in: datastoreID)
        let found = imports.filter { $0.problem != nil }
        let problems = queueProblems + found.compactMap(\.namedProblem)
        status.problems = Array(problems.prefix(InspectionLimits.problems))
        status.problemCount = problems.count
        return status
    }

    /// Instances count in the minute in which their delivery was closed, and in which their import ended.
    private func rates(of imports: [DeliverySummary]) -> [PipelineStatus.Rate] {
        let minute = Double(Self.rateSeconds)
        let end = (at.timeIntervalSince1970 / minute).rounded(.up) * minute
        let start = Date(timeIntervalSince1970: end - Double(Self.rateCount) * minute)
        var rates = (0..<Self.rateCount).map {
            PipelineStatus.Rate(from: start.addingTimeInterval(Double($0) * minute), seconds: Self.rateSeconds)
        }
        func index(_ date: Date?) -> Int? {
            guard let offset = date?.timeIntervalSince(start), offset >= 0, offset < end else { return nil }
            let index = Int(offset / minute)
            return index < rates.count ? index : nil
        }
        for summary in imports {
            if let index = index(summary.closedAt) {
                rates[index].receivedInstances += summary.instanceCount ?? 0
                rates[index].receivedBytes += summary.byteCount ?? 0
            }
            if let index = index(summary.endedAt) {
                rates[index].importedInstances += summary.importedCount ?? 0
                rates[index].failedInstances += summary.failedInstances
            }
        }
        return rates
    }

    private var queueProblems: [Problem] {
        queues.filter { $0.deadLetters > 0 }.map {
            Problem(
                "\($0.deadLetters) events in the dead-letter queue of \($0.name)",
                advice: "`dicomstore events` tells why TriggerImport failed; then `dicomstore redrive --start`.")
        }
    }
}

extension DeliverySummary {
    /// Instances that are not in the data store, and will not be without a person.
    var failedInstances: Int {
        switch step {
        case .rejected: instanceCount ?? 1
        case .failed where failedCount == nil: instanceCount ?? 1
        default: (failedCount ?? 0) + (missingCount ?? 0)
        }
    }

    /// Objects of the inbox have no manifest, and no size here.
    var isSizeUnknown: Bool { byteCount == nil && closedAt != nil }

    /// The problem, with the import's name in front.
    var namedProblem: Problem? { problem.map { Problem("\(id): \($0.text)", advice: $0.advice) } }
}
