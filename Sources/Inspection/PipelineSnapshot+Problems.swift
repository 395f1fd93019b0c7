// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline

/// Why an import does not go on, or did not end well, and what a person can do.
extension PipelineSnapshot {
    static let redrive = "`dicomstore redrive --start` starts it again."

    func problem(
        of id: ImportID, _ facts: ImportFacts, _ step: DeliverySummary.Step, usualJobSeconds: Double?
    ) -> Problem? {
        switch step {
        case .receiving: facts.marker.flatMap(problem(ofOpen:))
        case .closed: problem(ofClosed: facts)
        case .waiting: problem(ofWaiting: facts)
        case .importing: problem(ofImporting: facts, usualJobSeconds)
        case .imported: nil
        case .partial, .failed, .rejected: problem(ofEnded: facts, step)
        }
    }

    private func problem(ofOpen marker: Marker) -> Problem? {
        let text: String
        let since: Date
        switch state(of: marker.task) {
        case .alive: return nil
        case .gone:
            text = "the receiver that took it, task \(marker.task), has ended without closing it"
            since = marker.stored?.latest ?? marker.writtenAt
        case .silent(let end):
            text =
                "the receiver that took it, task \(marker.task), has not renewed its lease in time; it counts as dead"
                + " since \(PipelineJSON.timestamp(end))"
            since = end
        }
        guard !marker.isUnusable else {
            return Problem(
                "\(text), and its open marker breaks a rule, so that no sweep can close it",
                advice: """
                    Copy the objects below \(BucketLayout.prefix(of: marker.delivery)) to inbox/, then delete \(marker.key): \
                    see docs/operations.md, "Recoveries".
                    """)
        }
        let waited = at.timeIntervalSince(since)
        guard waited > InspectionLimits.patientSweeps * sweepSeconds else {
            return Problem(
                text,
                advice: "Nothing: the next sweep, every \(Timestamp.duration(sweepSeconds)), closes it and imports it.")
        }
        return Problem(
            text + ". No sweep has closed it for \(Timestamp.duration(waited))",
            advice: """
                See why with `dicomstore events`: TriggerImport's lines about the sweep. If there are none, the \
                schedule does not run: see docs/operations.md, "Sweeps".
                """)
    }

    private func problem(ofClosed facts: ImportFacts) -> Problem? {
        guard let manifest = facts.manifest else { return nil }
        let waited = at.timeIntervalSince(manifest.writtenAt)
        guard waited > InspectionLimits.eventSeconds else { return nil }
        let text = "its manifest was written \(Timestamp.duration(waited)) ago, and its import was not started"
        let queue = queue("ImportQueue")
        if let queue, queue.deadLetters > 0 {
            return Problem(
                "\(text); \(queue.deadLetters) events are in ImportDeadLetterQueue",
                advice: "`dicomstore events` tells why TriggerImport failed; then `dicomstore redrive --start`.")
        }
        if let queue, queue.waiting + queue.inFlight > 0 {
            return Problem(
                "\(text); \(queue.waiting + queue.inFlight) events are in ImportQueue",
                advice: "TriggerImport fails or is throttled, and tries again: see `dicomstore events`.")
        }
        if facts.marker != nil {
            return Problem(
                "\(text); its event was lost",
                advice: "Nothing: a sweep, every \(Timestamp.duration(sweepSeconds)), starts it.")
        }
        return Problem(
            "\(text); its event was lost, and so was its open marker",
            advice: """
                Copy the manifest onto itself, which creates another event: aws s3 cp with --metadata-directive \
                REPLACE, see docs/operations.md, "Redrive".
                """)
    }

    private func problem(ofWaiting facts: ImportFacts) -> Problem? {
        guard
            let execution = facts.executions.filter({ $0.status == .running }).max(by: { $0.startDate < $1.startDate })
        else { return nil }
        // The next attempt waits some minutes to some hours before it enters the queue.
        if let item = facts.latestItem, item[.startedAgain] != nil {
            return Problem(
                "attempt \(item.count(.attempt) ?? 1) did not succeed: \(item[.message] ?? "HealthImaging gave no reason")",
                advice: "Nothing: another job is started by itself, after a wait of up to four hours.")
        }
        let waited = at.timeIntervalSince(execution.startDate)
        guard waited > InspectionLimits.startSeconds else { return nil }
        let ahead = queue("StartQueue").map { $0.waiting + $0.inFlight } ?? 0
        return Problem(
            "it has waited for a job for \(Timestamp.duration(waited)); \(ahead) imports are in the start queue",
            advice: """
                HealthImaging starts about one job a second and runs 100 at once. If jobs are started, wait. Otherwise \
                see `dicomstore events` and docs/operations.md, "StandingStarts".
                """)
    }

    private func problem(ofImporting facts: ImportFacts, _ usual: Double?) -> Problem? {
        guard let item = facts.item else { return nil }
        let start = item.date(.submittedAt)
        // An execution that was started after executions were listed is not known yet.
        if facts.execution == nil, let start, at.timeIntervalSince(start) < InspectionLimits.eventSeconds { return nil }
        if !facts.isRunning {
            let ending =
                facts.execution.map { "its execution ended as \($0.status.rawValue)" } ?? "its execution is gone"
            return Problem(
                "\(ending) and did not write what became of job \(item[.jobId] ?? "")", advice: Self.redrive)
        }
        guard let start else { return nil }
        let runs = at.timeIntervalSince(start)
        guard runs > max(InspectionLimits.jobSeconds, InspectionLimits.jobFactor * (usual ?? 0)) else { return nil }
        return Problem(
            "HealthImaging's job \(item[.jobId] ?? "") runs for \(Timestamp.duration(runs))"
                + (usual.map { "; usual are \(Timestamp.duration($0))" } ?? ""),
            advice: """
                The job is looked at again and again, for days if need be. See AWS's health dashboard; \
                `aws medical-imaging get-dicom-import-job` shows the job.
                """)
    }

    private func problem(ofEnded facts: ImportFacts, _ step: DeliverySummary.Step) -> Problem? {
        guard let item = facts.item else {
            if let execution = facts.execution {
                return Problem(
                    "its execution ended as \(execution.status.rawValue) and wrote nothing into the table",
                    advice: Self.redrive)
            }
            let name = facts.latestItem?[.redrivenAs] ?? ""
            return Problem(
                "it was started again as execution \(name), which is older than \(InspectionLimits.windowSeconds / 3_600) hours",
                advice: "Look for \(name) in Step Functions; if it is not there, `dicomstore redrive` lists the import."
            )
        }
        let message = item[.message] ?? "HealthImaging gave no reason"
        switch step {
        case .rejected:
            return Problem(
                message,
                advice: """
                    There is nothing to start again: correct the object or the document, or ask its sender's maker. The \
                    object is kept.
                    """)
        case .failed where message.utf8.starts(with: "Function.".utf8):
            return Problem(message, advice: "See `dicomstore events --delivery \(item.importID)`. \(Self.redrive)")
        case .failed where Self.isDenied(message):
            return Problem(
                message,
                advice: "The import role may not do this: compare it with the template, then deploy. \(Self.redrive)")
        default:
            return Problem(
                message,
                advice: """
                    The report (`dicomstore find` shows its address) names each instance. If HealthImaging refuses an \
                    instance for good, tell its sender's maker. Otherwise \(Self.redrive)
                    """)
        }
    }

    private static func isDenied(_ message: String) -> Bool {
        message.contains("AccessDenied") || message.contains("not authorized")
    }
}
