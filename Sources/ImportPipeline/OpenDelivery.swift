import FoundationEssentials

/// An open marker: what is to be known of a delivery by whoever closes it when the task that receives it is gone.
package struct OpenDelivery: Codable, Sendable, Equatable {
    package var deliveryId: DeliveryID
    package var task: TaskID
    /// See `DeliveryManifest`; as far as it was known when the delivery was opened.
    package var repeats: DeliveryID?
    package var studyInstanceUID: String
    /// `YYYYMMDD`, of the first instance.
    package var studyDate: String?
    package var callingAETitle: String
    package var calledAETitle: String
    package var peer: String
    package var openedAt: Date

    package init(
        deliveryId: DeliveryID, task: TaskID, repeats: DeliveryID? = nil, studyInstanceUID: String,
        studyDate: String?, callingAETitle: String, calledAETitle: String, peer: String, openedAt: Date
    ) {
        self.deliveryId = deliveryId
        self.task = task
        self.repeats = repeats
        self.studyInstanceUID = studyInstanceUID
        self.studyDate = studyDate
        self.callingAETitle = callingAETitle
        self.calledAETitle = calledAETitle
        self.peer = peer
        self.openedAt = openedAt
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        deliveryId = try container.decode(DeliveryID.self, forKey: .deliveryId)
        task = try container.decode(TaskID.self, forKey: .task)
        repeats = try container.decodeIfPresent(DeliveryID.self, forKey: .repeats)
        studyInstanceUID = try container.text(.uid, .studyInstanceUID)
        studyDate = try container.textIfPresent(.studyDate, .studyDate)
        callingAETitle = try container.text(.aeTitle, .callingAETitle)
        calledAETitle = try container.text(.aeTitle, .calledAETitle)
        peer = try container.text(.peer, .peer)
        openedAt = try container.date(.openedAt)
    }

    /// What keeps the delivery from being closed by this document, whose key names the delivery and, of a marker, the task; nil
    /// where nothing does.
    package func problem(expecting delivery: DeliveryID, task: TaskID? = nil) -> DocumentError? {
        guard deliveryId == delivery else {
            return DocumentError(
                path: "deliveryId", expected: "the delivery that the document's key names, not another")
        }
        guard self.task == task ?? self.task else {
            return DocumentError(path: "task", expected: "the task that the marker's key names, not another")
        }
        return nil
    }

    /// The manifest of what was found under the delivery's prefix.
    package func manifest(closedAt: Date, instances: [DeliveryManifest.Instance]) -> DeliveryManifest {
        DeliveryManifest(
            deliveryId: deliveryId, task: task, repeats: repeats, studyInstanceUID: studyInstanceUID,
            studyDate: studyDate,
            callingAETitle: callingAETitle, calledAETitle: calledAETitle, peer: peer, openedAt: openedAt,
            closedAt: closedAt, closeReason: .recovered, instances: instances)
    }
}
