// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import ImportPipeline

/// What is stored of an instance, and what the instance index says about it.
extension PipelineReader {
    nonisolated func storedInstances(in delivery: DeliveryID) async throws -> [InstanceTrace] {
        let listing = try await s3.listObjects(
            bucket: stack.bucket, prefix: BucketLayout.prefix(of: delivery),
            maximum: InspectionLimits.objectsPerDelivery)
        return listing.objects.compactMap { object in
            BucketLayout.components(ofInstanceKey: object.key, in: delivery).map { uids in
                var trace = InstanceTrace(
                    sopInstanceUID: uids.instance, studyInstanceUID: uids.study, seriesInstanceUID: uids.series)
                trace.byteCount = object.size
                trace.key = object.key
                return trace
            }
        }
    }

    /// The rows of the pipeline's data stores, by data store.
    nonisolated func rows(ofInstance uid: String) async throws -> [String: InstanceRecord] {
        guard let table = stack.instanceTable else { return [:] }
        let key = (InstanceAttribute.sopInstanceUID.rawValue, BucketLayout.component(ofUID: uid))
        let items = try await dynamoDB.query(table: table, key: key, maximumPages: 1).elements
        var rows: [String: InstanceRecord] = [:]
        for item in items {
            guard let datastore = item[InstanceAttribute.datastoreId.rawValue]?.text,
                stack.datastoreIDs.contains(datastore)
            else { continue }
            rows[datastore] = InstanceRecord(item: item)
        }
        return rows
    }

    /// The rows by their instances, then by their data stores.
    nonisolated func rows(ofInstances uids: [String]) async throws -> [String: [String: InstanceRecord]] {
        guard stack.instanceTable != nil else { return [:] }
        let found = try await uids.readEach { ($0, try await self.rows(ofInstance: $0)) }
        return Dictionary(found) { $1 }
    }
}

extension Result where Failure == any Error {
    init(catching body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
