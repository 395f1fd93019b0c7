import FoundationEssentials

extension DeliveryManifest {
    /// Its instances as ones whose import is under way.
    package func pendingInstances(of id: ImportID) -> [InstanceAttempt] {
        let receivedAt = PipelineJSON.timestamp(closedAt)
        return instances.compactMap {
            InstanceAttempt(.pending, ofKey: $0.key, by: id, sopClassUID: $0.sopClassUID, [.receivedAt: receivedAt])
        }
    }
}

extension ImportRequest {
    /// The key of the one instance that the UIDs name; nil where there are several.
    package var instanceKey: String? {
        guard let studyInstanceUID, let seriesInstanceUID, let sopInstanceUID else { return nil }
        return BucketLayout.instanceKey(
            deliveryId, study: studyInstanceUID, series: seriesInstanceUID, instance: sopInstanceUID)
    }

    /// That instance as one whose import is under way.
    package func pendingInstance(receivedAt date: Date) -> InstanceAttempt? {
        instanceKey.flatMap {
            InstanceAttempt(
                .pending, ofKey: $0, by: importId, sopClassUID: sopClassUID,
                [.receivedAt: PipelineJSON.timestamp(date)])
        }
    }
}
