// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import ByteComparison
import FoundationEssentials
import ImportPipeline

extension StackInspector {
    /// All imports of the deliveries, newest first. With a UID, only its instances are traced, and only imports that
    /// have some, or whose instances are not known.
    ///
    /// - Parameter rows: How many rows of the instance index are read at most. If that is too few, the answer is not
    ///   complete: for further instances only the report tells what became of them.
    func traces(
        of deliveries: Set<DeliveryID>, matching uid: String? = nil, rows: Int
    ) async throws -> Pages<DeliveryTrace> {
        let snapshot = try await reader.snapshot(of: deliveries)
        let facts = snapshot.facts
        var traces = Pages<DeliveryTrace>([], isComplete: snapshot.incomplete.isEmpty)
        var rowsLeft = rows
        for summary in snapshot.imports() {
            guard let id = ImportID(summary.id), let facts = facts[id] else { continue }
            var trace = DeliveryTrace(summary, in: snapshot, facts: facts)
            let all = try await instances(of: id, facts)
            trace.instances = uid.map { uid in all.filter { $0.isNamed(uid) } } ?? all
            if uid != nil, trace.instances.isEmpty, !all.isEmpty { continue }
            if trace.summary.step != .receiving, trace.summary.step != .closed {
                traces.isComplete = traces.isComplete && trace.instances.count <= rowsLeft
                rowsLeft -= try await addOutcomes(to: &trace, facts, rows: rowsLeft)
            }
            traces.elements.append(trace)
        }
        return traces
    }

    /// From the manifest, or from the bucket where there is none.
    private func instances(
        of id: ImportID, _ facts: PipelineSnapshot.ImportFacts
    ) async throws -> [InstanceTrace] {
        if facts.manifest != nil {
            return try await reader.readableManifest(id)?.traces ?? []
        }
        return try await reader.storedInstances(in: id.delivery)
    }

    /// Returns how many instances it looked up in the instance index.
    private func addOutcomes(
        to trace: inout DeliveryTrace, _ facts: PipelineSnapshot.ImportFacts, rows maximum: Int
    ) async throws -> Int {
        let items = facts.items.sorted { $0.order > $1.order }
        var reports: [String: ReportedInstances] = [:]
        for uri in Set(items.compactMap { $0[.reportS3Uri] }) { reports[uri] = await report(at: uri) }
        let datastore = trace.summary.datastoreId ?? reader.stack.datastoreID
        let uids = trace.instances.prefix(maximum).map(\.sopInstanceUID)
        let rows = try await reader.rows(ofInstances: uids)
        for index in trace.instances.indices {
            let instance = trace.instances[index]
            if let row = rows[instance.sopInstanceUID]?[datastore] {
                trace.instances[index].take(row, of: trace.summary.id)
            } else if let key = instance.key, let item = items.first(where: { $0.covers(key: key) }),
                item.outcome != .pending
            {
                var told = instance
                told.take(item[.reportS3Uri].flatMap { reports[$0] }, key: key, whole: item)
                // What another job does again is not known yet.
                if !item.isReplaced || told.outcome == "IMPORTED" { trace.instances[index] = told }
            }
        }
        return uids.count
    }

    private func report(at uri: String) async -> ReportedInstances? {
        guard let place = try? S3URI(uri), ByteText(place.bucket) == ByteText(reader.stack.outputBucket) else {
            return nil
        }
        return (try? await reader.s3.getDocumentIfPresent(ReportedInstances.self, bucket: place.bucket, key: place.key))
            ?? nil
    }
}

/// What report.json says about instances by their keys. Its messages may quote a patient's data, and are not read.
struct ReportedInstances: Decodable, Sendable {
    struct File: Decodable, Sendable {
        let key: String
        let errorType: String?
    }

    let failed: [File]
    let missing: [String]
}

extension InstanceTrace {
    func isNamed(_ uid: String) -> Bool {
        [sopInstanceUID, seriesInstanceUID, studyInstanceUID].contains {
            BucketLayout.component(ofUID: $0) == BucketLayout.component(ofUID: uid)
        }
    }

    /// The row tells what became of the instance in this import, or else in another one.
    mutating func take(_ row: InstanceRecord, of importID: String) {
        let attempt = row.attempts.first { $0.importID.description == importID } ?? row.current
        outcome = attempt.outcome.rawValue
        deliveryId = attempt.importID.description
        imageSetId = attempt[.imageSetId]
        sopClassUID = sopClassUID ?? attempt[.sopClassUID]
        switch attempt.outcome {
        case .pending: break
        case .failed:
            let why = [attempt[.errorType], attempt[.message]].compactMap(\.self).joined(separator: ": ")
            problem = Problem(
                why.isEmpty ? "HealthImaging gave no reason" : why,
                advice: "If it is refused for good, tell its sender's maker; otherwise `dicomstore redrive --start`.")
        case .missing: problem = .missing
        case .imported:
            if let codes = attempt[.warnings] {
                problem = Problem(
                    "imported with the warning \(codes)",
                    advice: "docs/pipeline.md, \"Warnings\", has the codes; the report has the texts.")
            } else if attempt[.isPrimary] == "false" {
                problem = Problem(
                    "its image set is not primary: its patient or study attributes differ from those of the series",
                    advice: "Compare the patient's and the study's attributes at the sender.")
            }
        }
    }

    mutating func take(_ report: ReportedInstances?, key: String, whole item: JobItem) {
        if let failed = report?.failed.first(where: { ByteText($0.key) == ByteText(key) }) {
            outcome = "FAILED"
            problem = Problem(
                failed.errorType ?? "HealthImaging gave no reason", advice: "The report has HealthImaging's message.")
        } else if report?.missing.contains(where: { ByteText($0) == ByteText(key) }) ?? false {
            outcome = "MISSING"
            problem = .missing
        } else if item.outcome == .imported || (item.outcome == .partial && report != nil) {
            outcome = "IMPORTED"
        } else if item.outcome == .failed {
            outcome = "FAILED"
        }
    }
}

extension Problem {
    static let missing = Problem(
        "HealthImaging read the job's files and did not mention it",
        advice: "`dicomstore redrive --start` imports it again.")
}

extension DeliveryManifest {
    var traces: [InstanceTrace] {
        studies.flatMap { study in
            study.instances.map { instance in
                var trace = InstanceTrace(
                    sopInstanceUID: instance.sopInstanceUID, studyInstanceUID: study.studyInstanceUID,
                    seriesInstanceUID: instance.seriesInstanceUID)
                trace.sopClassUID = instance.sopClassUID
                trace.transferSyntaxUID = instance.transferSyntaxUID
                trace.byteCount = instance.size
                trace.key = instance.key
                return trace
            }
        }
    }
}
