// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// An open marker: what a sweep must know of a delivery to close it if the task that receives it is gone.
package struct OpenDelivery: Codable, Sendable, Equatable {
    package struct Study: Codable, Sendable, Equatable {
        package var studyInstanceUID: String
        /// `YYYYMMDD`, from the first instance.
        package var studyDate: String?

        package init(studyInstanceUID: String, studyDate: String?) {
            self.studyInstanceUID = studyInstanceUID
            self.studyDate = studyDate
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            studyInstanceUID = try container.text(.uid, .studyInstanceUID)
            studyDate = try container.textIfPresent(.studyDate, .studyDate)
        }
    }

    /// With this limit the studies take less than half of `DocumentLimits.maximumSmallBytes`.
    package static let maximumStudies = 100

    /// The version of the manifest.
    package var version: Int
    package var deliveryId: DeliveryID
    package var task: TaskID
    /// See `DeliveryManifest`; what was known when the delivery was opened.
    package var repeats: DeliveryID?
    /// The studies of the delivery when the marker was written, up to `maximumStudies`. A study that joins later does
    /// not change the marker: its keys contain its UID, and only its date is not known then.
    package var studies: [Study]
    package var callingAETitle: String
    package var calledAETitle: String
    package var peer: String
    /// See `DeliveryManifest`, as is the next one.
    package var route: String?
    package var datastoreId: String?
    package var openedAt: Date

    package init(
        deliveryId: DeliveryID, task: TaskID, repeats: DeliveryID? = nil, studies: [Study], callingAETitle: String,
        calledAETitle: String, peer: String, route: String? = nil, datastoreId: String? = nil, openedAt: Date
    ) {
        version = DeliveryManifest.version(naming: datastoreId)
        self.deliveryId = deliveryId
        self.task = task
        self.repeats = repeats
        self.studies = studies
        self.callingAETitle = callingAETitle
        self.calledAETitle = calledAETitle
        self.peer = peer
        self.route = route
        self.datastoreId = datastoreId
        self.openedAt = openedAt
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.integer(in: 0...Int(UInt16.max), .version)
        deliveryId = try container.decode(DeliveryID.self, forKey: .deliveryId)
        task = try container.decode(TaskID.self, forKey: .task)
        repeats = try container.decodeIfPresent(DeliveryID.self, forKey: .repeats)
        studies = try container.decode([Study].self, forKey: .studies)
        callingAETitle = try container.text(.aeTitle, .callingAETitle)
        calledAETitle = try container.text(.aeTitle, .calledAETitle)
        peer = try container.text(.peer, .peer)
        route = try container.textIfPresent(.route, .route)
        datastoreId = try container.textIfPresent(.datastoreID, .datastoreId)
        openedAt = try container.date(.openedAt)
    }

    /// Why the delivery cannot be closed by this document; `nil` if it can. The key of the document names the delivery
    /// and, for a marker, the task.
    package func problem(expecting delivery: DeliveryID, task: TaskID? = nil) -> DocumentError? {
        let expectedVersion = DeliveryManifest.version(naming: datastoreId)
        guard version == expectedVersion else {
            return DocumentError(path: "version", expected: "\(expectedVersion)")
        }
        guard deliveryId == delivery else {
            return DocumentError(
                path: "deliveryId", expected: "the delivery that the document's key names, not another")
        }
        guard self.task == task ?? self.task else {
            return DocumentError(path: "task", expected: "the task that the marker's key names, not another")
        }
        return nil
    }

    /// The manifest of the instances that were found under the prefix of the delivery.
    package func manifest(closedAt: Date, of listed: ListedInstances) -> DeliveryManifest {
        let byStudy = Dictionary(grouping: listed.instances) {
            BucketLayout.instance(ofKey: $0.key, in: deliveryId)?.study
        }
        return DeliveryManifest(
            deliveryId: deliveryId, task: task, repeats: repeats, callingAETitle: callingAETitle,
            calledAETitle: calledAETitle, peer: peer, route: route, datastoreId: datastoreId, openedAt: openedAt,
            lastInstanceAt: listed.lastInstanceAt, closedAt: closedAt, closeReason: .recovered,
            studies: byStudy.compactMap { study, instances in
                study.map { study in
                    DeliveryManifest.Study(
                        studyInstanceUID: study,
                        studyDate: studies.first { $0.studyInstanceUID == study }?.studyDate, instances: instances)
                }
            }.sorted { $0.studyInstanceUID < $1.studyInstanceUID })
    }
}
