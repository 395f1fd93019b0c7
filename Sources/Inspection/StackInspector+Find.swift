// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import ByteComparison
import FoundationEssentials
import ImportPipeline

extension StackInspector {
    /// The name is a delivery's id, or at least eight characters from its beginning, the id of one of its imports or
    /// jobs, or the UID of a study, a series or an instance.
    package func find(_ name: String) async throws -> [DeliveryTrace] {
        let name = name.split(whereSeparator: \.isWhitespace).joined()
        if let id = ImportID(name) {
            let traces = try await traces(of: [id.delivery])
            return id.number == 0 ? traces : traces.filter { $0.summary.id == name }
        }
        if Self.beginsDeliveryID(name) { return try await traces(of: deliveries(beginningWith: name)) }
        if Self.isUID(name) { return try await traces(ofUID: name) }
        let items = try await job(name)
        guard !items.isEmpty || Self.isJobID(name) else {
            throw InspectionError(
                "this is not a name that can be looked for",
                advice: """
                    Expected the UID of a study, a series or an instance, a delivery's id such as \
                    20261123T235152-0123456789abcdef01234567 or the first eight or more of its characters, or the id \
                    of an import job.
                    """)
        }
        return try await traces(of: Set(items.map(\.importID.delivery)))
    }

    private static func beginsDeliveryID(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        return (8...40).contains(bytes.count) && bytes.prefix(8).allSatisfy(digits.contains)
            && bytes.dropFirst(8).enumerated().allSatisfy { index, byte in
                switch index {
                case 0: byte == UInt8(ascii: "T")
                case 7: byte == UInt8(ascii: "-")
                default: digits.contains(byte) || (index > 7 && (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte))
                }
            }
    }

    /// A UID, or the SHA-256 that items, logs and reports have in place of a malformed one.
    private static func isUID(_ text: String) -> Bool {
        (text.utf8.contains(UInt8(ascii: ".")) || text.utf8.count == 64) && BucketLayout.isComponent(text)
    }

    private static func isJobID(_ text: String) -> Bool {
        text.utf8.count == 32
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
            }
    }

    private func job(_ id: String) async throws -> [JobItem] {
        guard (1...64).contains(id.utf8.count) else { return [] }
        let key = (ImportJobAttribute.jobId.rawValue, id)
        let pages = try await reader.dynamoDB.query(table: reader.stack.table, key: key, maximumPages: 1)
        return pages.elements.compactMap { JobItem(item: $0) }
    }

    private func deliveries(beginningWith prefix: String) async throws -> Set<DeliveryID> {
        let open = try await reader.openMarkers().elements.map(\.delivery).filter {
            $0.description.begins(with: prefix)
        }
        let closed = try await reader.listedManifests(prefix: prefix, maximum: InspectionLimits.tracesPerName + 1)
        let condition = DynamoDBClient.Condition(
            "begins_with(#delivery, :prefix)", names: ["#delivery": ImportJobAttribute.deliveryId.rawValue],
            values: [":prefix": prefix])
        let items = try await reader.items(where: condition)
        let found = Set(open + closed.elements.map(\.id.delivery) + items.elements.map(\.importID.delivery))
        guard found.count <= InspectionLimits.tracesPerName else {
            throw InspectionError(
                "more than \(InspectionLimits.tracesPerName) deliveries begin with \(prefix)",
                advice: "Give more of the id: `dicomstore status --json` and the console list deliveries.")
        }
        return found
    }

    // MARK: UIDs

    private func traces(ofUID uid: String) async throws -> [DeliveryTrace] {
        var found = try await deliveriesInTable(uid)
        found.formUnion(try await deliveriesInIndex(uid))
        found.formUnion(try await unfinishedDeliveries(uid))
        if found.isEmpty { found = try await deliveriesOfSeries(uid) }
        // The newest.
        let newest = found.sorted { $0.description > $1.description }.prefix(InspectionLimits.tracesPerName)
        return try await traces(of: Set(newest), matching: uid)
    }

    private func deliveriesInTable(_ uid: String) async throws -> Set<DeliveryID> {
        let attributes: [ImportJobAttribute] = [.studyInstanceUID, .seriesInstanceUID, .sopInstanceUID]
        let condition = DynamoDBClient.Condition(
            attributes.map { "#\($0.rawValue) = :uid" }.joined(separator: " OR "),
            names: Dictionary(uniqueKeysWithValues: attributes.map { ("#\($0.rawValue)", $0.rawValue) }),
            values: [":uid": uid])
        return Set(try await reader.items(where: condition).elements.map(\.importID.delivery))
    }

    private func deliveriesInIndex(_ uid: String) async throws -> Set<DeliveryID> {
        guard let table = reader.stack.instanceTable else { return [] }
        var rows = Array(try await reader.rows(ofInstance: uid).values)
        let key = (InstanceAttribute.studyInstanceUID.rawValue, uid)
        let keys = try await reader.dynamoDB.query(table: table, index: "studies", key: key, maximumPages: 1)
        let instances = keys.elements.compactMap { $0[InstanceAttribute.sopInstanceUID.rawValue]?.text }
        rows += try await reader.rows(ofInstances: Array(Set(instances.prefix(InspectionLimits.rowsPerTrace))))
            .values.flatMap(\.values)
        return Set(rows.flatMap { $0.attempts.map(\.importID.delivery) })
    }

    /// Deliveries that are open, or closed and not started: neither table has them yet.
    private func unfinishedDeliveries(_ uid: String) async throws -> Set<DeliveryID> {
        let snapshot = try await reader.snapshot()
        let facts = snapshot.facts
        var open: [DeliveryID] = []
        var closed: [ImportID] = []
        for (id, facts) in facts {
            switch snapshot.step(of: facts) {
            case .receiving: open.append(id.delivery)
            case .closed, .waiting, .importing: if facts.manifest != nil { closed.append(id) }
            default: break
            }
        }
        let reader = reader
        var found: Set<DeliveryID> = []
        let newestOpen = open.sorted { $0.description > $1.description }.prefix(InspectionLimits.searchedOpenDeliveries)
        await newestOpen.sideBySide(atMost: InspectionLimits.requestsAtOnce) { delivery -> DeliveryID? in
            let instances = (try? await reader.storedInstances(in: delivery)) ?? []
            return instances.contains { $0.isNamed(uid) } ? delivery : nil
        } take: { delivery in
            if let delivery { found.insert(delivery) }
        }
        let newestClosed = closed.sorted(by: >).prefix(InspectionLimits.documentsPerReading)
        await newestClosed.sideBySide(atMost: InspectionLimits.requestsAtOnce) { id -> DeliveryID? in
            let manifest = (try? await reader.manifest(id)) ?? nil
            return manifest?.traces.contains { $0.isNamed(uid) } ?? false ? id.delivery : nil
        } take: { delivery in
            if let delivery { found.insert(delivery) }
        }
        return found
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
