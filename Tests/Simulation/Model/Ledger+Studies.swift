// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

/// What subscribers were told about studies, and whether it was true.
extension Ledger {
    /// A sweep is about to tell that a study settled. It listed the open markers at this time: what was acknowledged
    /// before must be imported.
    func check(_ settled: SimulatedBus.Settled, markersListedAt time: Duration) {
        for instance in acknowledged.values.sorted(by: { $0.key < $1.key })
        where instance.time < time && instance.study == settled.study && !hasEndedImport(instance) {
            violated("a study settled before the import of an acknowledged instance had ended: \(instance.key)")
        }
    }

    /// Each import of a study was named in an event about it, and nothing is left to be told.
    func checkStudies(_ studies: ModelledStudies) {
        for study in studies.open { violated("a study did not settle: \(study)") }
        for (name, execution) in stateMachine.executions.sorted(by: { $0.key < $1.key }) {
            let datastore = execution.request.datastoreId ?? SimulatedRoutes.standard
            for study in self.studies(of: execution.request) {
                let isTold = told[StudyName(datastoreID: datastore, studyInstanceUID: study)]?.contains(name) ?? false
                if !isTold { violated("no event about the study names the import \(name) of \(study)") }
            }
        }
    }

    private func studies(of request: ImportRequest) -> [String] {
        guard let key = request.manifestKey else { return [request.studyInstanceUID].compactMap(\.self) }
        return manifest(key)?.studies.map(\.studyInstanceUID) ?? []
    }

    private func hasEndedImport(_ instance: Acknowledged) -> Bool {
        stateMachine.executions.values.contains { execution in
            guard stateMachine.hasEnded(execution), instance.key.hasPrefix(prefix(of: execution)),
                let key = execution.request.manifestKey
            else { return false }
            return manifest(key)?.instances.contains { $0.key == instance.key } ?? false
        }
    }

    private func prefix(of execution: ModelledStateMachine.Execution) -> String {
        BucketLayout.prefix(of: execution.request.deliveryId)
    }

    private func manifest(_ key: String) -> DeliveryManifest? {
        bucket[key].flatMap { try? PipelineJSON.decode(DeliveryManifest.self, from: $0.body) }
    }
}
