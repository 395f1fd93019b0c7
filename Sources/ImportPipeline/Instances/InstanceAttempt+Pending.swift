// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

extension DeliveryManifest {
    /// The instances of the manifest, with an import in progress.
    package func pendingInstances(of id: ImportID) -> [InstanceAttempt] {
        let receivedAt = PipelineJSON.timestamp(closedAt)
        return instances.compactMap {
            InstanceAttempt(.pending, ofKey: $0.key, by: id, sopClassUID: $0.sopClassUID, [.receivedAt: receivedAt])
        }
    }
}

extension ImportRequest {
    /// The key of the only instance, which the UIDs name; `nil` if there are several instances.
    package var instanceKey: String? {
        guard let studyInstanceUID, let seriesInstanceUID, let sopInstanceUID else { return nil }
        return BucketLayout.instanceKey(
            deliveryId, study: studyInstanceUID, series: seriesInstanceUID, instance: sopInstanceUID)
    }

    /// The only instance, with an import in progress.
    package func pendingInstance(receivedAt date: Date) -> InstanceAttempt? {
        instanceKey.flatMap {
            InstanceAttempt(
                .pending, ofKey: $0, by: importId, sopClassUID: sopClassUID,
                [.receivedAt: PipelineJSON.timestamp(date)])
        }
    }
}
