// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import ByteComparison
import FoundationEssentials
import ImportPipeline

extension StackInspector {
    /// The name is a delivery's id, or at least eight characters from its beginning, the id of one of its imports or
    /// jobs, or the UID of a study, a series or an instance.
    package func find(_ name: String) async throws -> Pages<DeliveryTrace> {
        let name = name.split(whereSeparator: \.isWhitespace).joined()
        let rows = InspectionLimits.rowsPerFinding
        if let id = ImportID(name) {
            var traces = try await traces(of: [id.delivery], rows: rows)
            if id.number != 0 { traces.elements.removeAll { $0.summary.id != name } }
            return traces
        }
        if Self.beginsDeliveryID(name) { return try await traces(of: deliveries(beginningWith: name), rows: rows) }
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
        return try await traces(of: Set(items.map(\.importID.delivery)), rows: rows)
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
}
