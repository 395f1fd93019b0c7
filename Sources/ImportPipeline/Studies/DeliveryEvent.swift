// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The detail of an event about a delivery (`docs/events.md`). A UID has the form of keys: the UID of an object of the
/// inbox may be any text. EventBridge takes events of at most 256 KB, so each list and text has a limit.
package struct DeliveryEvent: Encodable, Sendable {
    package static let maximumStudies = 100
    /// In all studies.
    package static let maximumSeries = 500
    package static let maximumImageSets = 100
    package static let maximumFailed = 100
    package static let maximumErrorTypeLength = 64
    /// The event does not wait longer for a slow table of studies: the rest of the studies goes without history.
    private static let historyPatience: Duration = .seconds(15)

    package struct Study: Encodable, Sendable {
        package let studyInstanceUID: String
        package var seriesInstanceUIDs: [String]
        package let instanceCount: Int
        /// `nil` if it is not known, as are the next two.
        package let importedCount: Int?
        package private(set) var firstDeliveryId: DeliveryID?
        package private(set) var hasEarlierDeliveries: Bool?

        package init(
            studyInstanceUID: String, seriesInstanceUIDs: [String], instanceCount: Int, importedCount: Int?
        ) {
            self.studyInstanceUID = studyInstanceUID
            self.seriesInstanceUIDs = seriesInstanceUIDs
            self.instanceCount = instanceCount
            self.importedCount = importedCount
        }

        fileprivate mutating func note(first: DeliveryID, beside own: DeliveryID) {
            firstDeliveryId = first
            hasEarlierDeliveries = first != own
        }
    }

    package struct ImageSet: Encodable, Sendable {
        package let imageSetId: String
        package var imageSetVersion: Int?
        package var isPrimary: Bool?
        package var instanceCount: Int?

        package init(imageSetId: String, imageSetVersion: Int?, isPrimary: Bool?, instanceCount: Int?) {
            self.imageSetId = imageSetId
            self.imageSetVersion = imageSetVersion
            self.isPrimary = isPrimary
            self.instanceCount = instanceCount
        }
    }

    package struct Failure: Encodable, Sendable {
        package let sopInstanceUID: String
        package let errorType: String

        package init(sopInstanceUID: String, errorType: String) {
            self.sopInstanceUID = sopInstanceUID
            self.errorType = String(
                String.UnicodeScalarView(errorType.unicodeScalars.prefix(DeliveryEvent.maximumErrorTypeLength)))
        }
    }

    let version: Int
    let id: String
    package let outcome: ImportOutcome
    package let deliveryId: DeliveryID
    let importId: ImportID?
    let redrive: String?
    let jobId: String?
    let datastoreId: String?
    let route: String?
    let callingAETitle: String?
    let calledAETitle: String?
    let studyInstanceUID: String?
    package private(set) var studies: [Study]?
    let studyCount: Int?
    package var seriesCount: Int?
    package var instanceCount: Int?
    package var importedCount: Int?
    package var failedCount: Int?
    package var missingCount: Int?
    package var warningCount: Int?
    package var imageSetCount: Int?
    package private(set) var imageSets: [ImageSet]?
    package private(set) var failed: [Failure]?
    package private(set) var listsAreComplete: Bool
    /// Without a patient's data.
    package var message: String? {
        didSet { message = message.map(DocumentLimits.shortened) }
    }
    package var reportS3Uri: String?
    let firstInstanceAt: String?
    let lastInstanceAt: String?
    let endedAt: String

    /// The last word on an import; its counts and lists are set afterwards.
    package init(
        _ outcome: ImportOutcome, of request: ImportRequest, jobID: String, datastoreID: String, at date: Date
    ) {
        version = 1
        id = "\(request.importId)/\(request.redrive ?? "0")/\(outcome.rawValue)"
        self.outcome = outcome
        deliveryId = request.deliveryId
        importId = request.importId
        redrive = request.redrive
        jobId = jobID
        datastoreId = datastoreID
        route = request.route
        callingAETitle = request.callingAETitle
        calledAETitle = request.calledAETitle
        studyInstanceUID = request.studyInstanceUID.map(BucketLayout.component)
        studyCount = request.studyCount
        instanceCount = request.instanceCount
        listsAreComplete = false
        firstInstanceAt = request.firstInstanceAt
        lastInstanceAt = request.lastInstanceAt
        endedAt = PipelineJSON.timestamp(date)
    }

    package init(_ rejection: Rejection, at date: Date) {
        version = 1
        outcome = .rejected
        id = "\(rejection.deliveryId)/0/\(ImportOutcome.rejected.rawValue)"
        deliveryId = rejection.deliveryId
        importId = nil
        redrive = nil
        jobId = nil
        datastoreId = rejection.datastoreId
        route = rejection.route
        callingAETitle = rejection.callingAETitle
        calledAETitle = rejection.calledAETitle
        studyInstanceUID = rejection.studyInstanceUID.map(BucketLayout.component)
        studyCount = nil
        listsAreComplete = false
        message = DocumentLimits.shortened(rejection.message)
        firstInstanceAt = nil
        lastInstanceAt = nil
        endedAt = PipelineJSON.timestamp(date)
    }

    /// Sets the lists, up to their limits. `areComplete`: whether they hold everything that could be known.
    package mutating func list(
        studies: [Study]?, imageSets: [ImageSet], failed: [Failure], areComplete: Bool
    ) {
        var seriesLeft = Self.maximumSeries
        self.studies = studies?.prefix(Self.maximumStudies).map { study in
            var study = study
            let series = study.seriesInstanceUIDs
            study.seriesInstanceUIDs = Array(series.prefix(max(0, seriesLeft)))
            seriesLeft -= series.count
            return study
        }
        self.imageSets = Array(imageSets.prefix(Self.maximumImageSets))
        self.failed = Array(failed.prefix(Self.maximumFailed))
        listsAreComplete =
            areComplete && seriesLeft >= 0 && studies?.count ?? 0 <= Self.maximumStudies
            && imageSets.count <= Self.maximumImageSets && failed.count <= Self.maximumFailed
    }

    /// Says for each listed study whether another delivery of it came before, as far as the history knows.
    package mutating func takeHistory(_ history: any StudyHistory) async throws {
        guard let studies, let datastoreId else { return }
        let began = ContinuousClock.now
        for index in studies.indices where began.duration(to: .now) < Self.historyPatience {
            let first = try await history.firstDelivery(
                ofStudy: studies[index].studyInstanceUID, datastoreID: datastoreId)
            if let first { self.studies?[index].note(first: first, beside: deliveryId) }
        }
    }

    /// `nil` while the outcome is pending: nobody is told of it.
    package func event() throws -> StudyEvent? {
        try StudyEvent.DetailType(outcome).map { try StudyEvent($0, detail: self) }
    }
}
