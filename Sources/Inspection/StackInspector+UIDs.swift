// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import ByteComparison
import FoundationEssentials
import ImportPipeline

/// Deliveries that have a study, a series or an instance.
extension StackInspector {
    /// What was found so far, and whether it is all that there is.
    private struct Found {
        var deliveries: Set<DeliveryID> = []
        var isComplete = true

        mutating func add(_ deliveries: some Sequence<DeliveryID>, isComplete: Bool = true) {
            self.deliveries.formUnion(deliveries)
            self.isComplete = self.isComplete && isComplete
        }
    }

    func traces(ofUID uid: String) async throws -> Pages<DeliveryTrace> {
        var found = Found()
        try await addFromTable(uid, to: &found)
        try await addFromIndex(uid, to: &found)
        try await addUnfinished(uid, to: &found)
        if found.deliveries.isEmpty { found.add(try await deliveriesOfSeries(uid)) }
        guard !found.deliveries.isEmpty || found.isComplete else {
            throw InspectionError(
                "\(uid) was not found, but not every delivery that is received or waits for its import could be searched",
                advice: """
                    Try again, or when fewer deliveries wait: `dicomstore status` counts them. The id of its delivery, \
                    which the receiver logs, is always found.
                    """)
        }
        // The newest.
        let newest = found.deliveries.sorted { $0.description > $1.description }.prefix(InspectionLimits.tracesPerName)
        var traces = try await traces(of: Set(newest), matching: uid, rows: InspectionLimits.rowsPerFinding)
        traces.isComplete = traces.isComplete && found.isComplete && newest.count == found.deliveries.count
        return traces
    }

    private func addFromTable(_ uid: String, to found: inout Found) async throws {
        let attributes: [ImportJobAttribute] = [.studyInstanceUID, .seriesInstanceUID, .sopInstanceUID]
        let condition = DynamoDBClient.Condition(
            attributes.map { "#\($0.rawValue) = :uid" }.joined(separator: " OR "),
            names: Dictionary(uniqueKeysWithValues: attributes.map { ("#\($0.rawValue)", $0.rawValue) }),
            values: [":uid": uid])
        let items = try await reader.items(where: condition)
        found.add(items.elements.map(\.importID.delivery), isComplete: items.isComplete)
    }

    private func addFromIndex(_ uid: String, to found: inout Found) async throws {
        guard let table = reader.stack.instanceTable else { return }
        var rows = Array(try await reader.rows(ofInstance: uid).values)
        let key = (InstanceAttribute.studyInstanceUID.rawValue, uid)
        let keys = try await reader.dynamoDB.query(
            table: table, index: "studies", key: key, maximumPages: InspectionLimits.studyPages)
        let uids = Set(keys.elements.compactMap { $0[InstanceAttribute.sopInstanceUID.rawValue]?.text })
        let read = Array(uids.prefix(InspectionLimits.rowsPerFinding))
        rows += try await reader.rows(ofInstances: read).values.flatMap(\.values)
        found.add(
            rows.flatMap { $0.attempts.map(\.importID.delivery) },
            isComplete: keys.isComplete && read.count == uids.count)
    }

    /// Deliveries that are open, or closed and not imported yet: neither table may have them.
    private func addUnfinished(_ uid: String, to found: inout Found) async throws {
        let snapshot = try await reader.snapshot()
        var open: [DeliveryID] = []
        var closed: [ImportID] = []
        for (id, facts) in snapshot.facts {
            switch snapshot.step(of: facts) {
            case .receiving: open.append(id.delivery)
            case .closed, .waiting, .importing: if facts.manifest != nil { closed.append(id) }
            default: break
            }
        }
        let reader = reader
        let newestOpen = open.sorted { $0.description > $1.description }.prefix(InspectionLimits.searchedOpenDeliveries)
        let newestClosed = closed.sorted(by: >).prefix(InspectionLimits.searchedManifests)
        found.isComplete =
            found.isComplete && snapshot.incomplete.isEmpty && newestOpen.count == open.count
            && newestClosed.count == closed.count
        found.add(
            try await newestOpen.readEach { delivery in
                try await reader.storedInstances(in: delivery).contains { $0.isNamed(uid) } ? delivery : nil
            }.compactMap(\.self))
        found.add(
            try await newestClosed.readEach { id in
                try await reader.readableManifest(id)?.traces.contains { $0.isNamed(uid) } ?? false ? id.delivery : nil
            }.compactMap(\.self))
    }

    /// A series has no index of its own: the whole table is read, up to a limit.
    private func deliveriesOfSeries(_ uid: String) async throws -> Set<DeliveryID> {
        guard let table = reader.stack.instanceTable else { return [] }
        let condition = DynamoDBClient.Condition(
            "#series = :uid", names: ["#series": InstanceAttribute.seriesInstanceUID.rawValue], values: [":uid": uid])
        let pages = try await reader.dynamoDB.scan(
            table: table, where: condition, maximumPages: InspectionLimits.seriesPages)
        let rows = pages.elements.compactMap { InstanceRecord(item: $0) }
        guard !rows.isEmpty || pages.isComplete else {
            throw InspectionError(
                "\(uid) is neither a study nor an instance, and the instance index is too long to be searched for a series",
                advice: "Give the UID of the study, or of one of its instances.")
        }
        return Set(rows.flatMap { $0.attempts.map(\.importID.delivery) })
    }
}
