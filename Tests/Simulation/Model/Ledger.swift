// SPDX-License-Identifier: Apache-2.0

import Digests
import ImportPipeline

/// What was acknowledged to senders, and whether that promise was kept.
final class Ledger {
    struct Acknowledged {
        let sent: SentInstance
        let callingAETitle: String
        /// `nil`: the pipeline's default.
        let datastoreID: String?
        let key: String
        /// Since the beginning of the run.
        let time: Duration

        var study: StudyName {
            StudyName(datastoreID: datastoreID ?? SimulatedRoutes.standard, studyInstanceUID: sent.study)
        }
    }

    /// An instance that an execution imports.
    private struct Imported {
        let instance: DeliveryManifest.Instance
        let callingAETitle: String
        /// By the input of the execution.
        let datastoreID: String?
    }

    let bucket: ModelledBucket
    let stateMachine: ModelledStateMachine
    private let startQueue: ModelledStartQueue
    private(set) var acknowledged: [String: Acknowledged] = [:]
    /// The instances that others put into the inbox, by key.
    private var inInbox: [String: SentInstance] = [:]
    /// The imports that events named, by the study that settled.
    private(set) var told: [StudyName: Set<String>] = [:]
    /// The first violation; `nil` if there is none.
    private(set) var violation: String?

    init(bucket: ModelledBucket, stateMachine: ModelledStateMachine, startQueue: ModelledStartQueue) {
        self.bucket = bucket
        self.stateMachine = stateMachine
        self.startQueue = startQueue
    }

    var count: Int { acknowledged.count }

    func violated(_ what: String) {
        if violation == nil { violation = what }
    }

    func acknowledged(_ instance: Acknowledged) {
        if !holds(instance) { violated("acknowledged, but the object does not exist: \(instance.key)") }
        if acknowledged.updateValue(instance, forKey: instance.key) != nil {
            violated("two instances were acknowledged under one key: \(instance.key)")
        }
    }

    func told(_ settled: SimulatedBus.Settled) {
        told[settled.study, default: []].formUnion(settled.importedDeliveries)
    }

    func putIntoInbox(_ sent: SentInstance, key: String) {
        inInbox[key] = sent
    }

    /// Checks everything at the end of a run.
    func check() {
        checkImported()
        for prefix in [BucketLayout.openMarkers, BucketLayout.audits, BucketLayout.inbox] {
            for key in bucket.allKeys(prefix: prefix) { violated("still exists at the end: \(key)") }
        }
        checkInbox()
        checkStarts()
    }

    /// Everything that was acknowledged is imported.
    func checkImported() {
        let imported = imported()
        for instance in acknowledged.values.sorted(by: { $0.key < $1.key }) {
            guard holds(instance) else {
                violated("the object has other content at the end: \(instance.key)")
                continue
            }
            guard let listed = imported[instance.key] else {
                violated("acknowledged, but not imported: \(instance.key)")
                continue
            }
            if listed.callingAETitle != instance.callingAETitle || !isRight(listed.instance) {
                violated("its manifest describes it wrongly: \(instance.key)")
            }
            if listed.datastoreID != instance.datastoreID {
                violated("imported into another data store than its route names: \(instance.key)")
            }
        }
    }

    /// The instances listed by the manifests that started an import, by key.
    private func imported() -> [String: Imported] {
        var imported: [String: Imported] = [:]
        for (name, execution) in stateMachine.executions.sorted(by: { $0.key < $1.key }) {
            guard let key = execution.request.manifestKey else { continue }
            guard BucketLayout.importID(ofManifestKey: key)?.description == name, let body = bucket[key]?.body,
                let manifest = try? PipelineJSON.decode(DeliveryManifest.self, from: body)
            else {
                violated("an execution's manifest has another name or cannot be read: \(name)")
                continue
            }
            for instance in manifest.instances {
                let listed = Imported(
                    instance: instance, callingAETitle: manifest.callingAETitle,
                    datastoreID: execution.request.datastoreId)
                if imported.updateValue(listed, forKey: instance.key) != nil {
                    violated("two imports list one object: \(instance.key)")
                }
            }
        }
        return imported
    }

    /// Each execution has exactly one job, and has received its answer.
    private func checkStarts() {
        for name in stateMachine.executions.keys.sorted() {
            let count = startQueue.jobs.values.count { $0 == name }
            if count != 1 { violated("an execution has \(count) jobs: \(name)") }
            if startQueue.answered[name] == nil { violated("an execution waits for its job for ever: \(name)") }
        }
        if !startQueue.isEmpty { violated("the start queue is not empty at the end") }
    }

    private func isRight(_ instance: DeliveryManifest.Instance) -> Bool {
        guard let body = bucket[instance.key]?.body, body.count == instance.size else { return false }
        var checksum = CRC32()
        body.withUnsafeBytes { checksum.update($0) }
        return checksum.base64 == instance.checksumCRC32 ?? checksum.base64
    }

    /// Each object that was put into the inbox was imported exactly once.
    private func checkInbox() {
        let prefixes = stateMachine.executions.values.filter { $0.request.manifestKey == nil }.map {
            BucketLayout.prefix(of: $0.request.deliveryId)
        }
        let contents = prefixes.flatMap { bucket.allKeys(prefix: $0) }.compactMap { bucket[$0]?.body }
        for (key, sent) in inInbox.sorted(by: { $0.key < $1.key }) {
            let count = contents.count { $0.suffix(sent.dataSet.count) == sent.dataSet[...] }
            if count != 1 { violated("imported \(count) times from the inbox: \(key)") }
        }
    }

    func put(_ key: String, _ object: ModelledBucket.Object, _ replaced: ModelledBucket.Object?) {
        guard let replaced, replaced.body != object.body else { return }
        if acknowledged[key] != nil { violated("an object was overwritten after it had been acknowledged: \(key)") }
        if key.hasPrefix(BucketLayout.manifests) { violated("a manifest was changed: \(key)") }
    }

    func removed(_ key: String) {
        if acknowledged[key] != nil { violated("an object was removed after it had been acknowledged: \(key)") }
        if key.hasPrefix(BucketLayout.manifests) { violated("a manifest was removed: \(key)") }
    }

    private func holds(_ instance: Acknowledged) -> Bool {
        let dataSet = instance.sent.dataSet
        return bucket[instance.key]?.body.suffix(dataSet.count) == dataSet[...]
    }
}
