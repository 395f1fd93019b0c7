// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import FoundationEssentials

/// The list of what a closed delivery contains. The receiver or the sweep that closes the delivery writes it once,
/// under `deliveries/`; its arrival there starts the import.
package struct DeliveryManifest: Codable, Sendable, Equatable {
    /// The version of a document without a data store.
    package static let currentVersion = 2
    /// The version of a document that names a data store. A function of an earlier release, which would import the
    /// delivery into the default data store, does not know it and rejects the delivery.
    package static let versionWithDatastore = 3
    /// A job takes 10,000 nested folders. With one folder for each study and one for each series, 5,000 instances of
    /// 1,000 studies have at most 6,000 folders. The limit also bounds how many studies a failed job affects.
    package static let maximumStudies = 1_000

    package struct Instance: Codable, Sendable, Equatable {
        package var key: String
        /// The size of the whole Part 10 file in bytes.
        package var size: Int
        /// The checksum of the whole Part 10 file in Base64, as S3 shows it in `ChecksumCRC32`. `nil` in a delivery
        /// that was recovered: a listing does not tell it. The SOP class and the transfer syntax are `nil` there for
        /// the same reason.
        package var checksumCRC32: String?
        package var sopClassUID: String?
        package var sopInstanceUID: String
        package var seriesInstanceUID: String
        package var transferSyntaxUID: String?
        /// `true` if the data set ends too early and was stored all the same; `nil` if it is complete, or only a
        /// listing is known.
        package var incomplete: Bool?

        package init(
            key: String, size: Int, checksumCRC32: String?, sopClassUID: String?, sopInstanceUID: String,
            seriesInstanceUID: String, transferSyntaxUID: String?, incomplete: Bool? = nil
        ) {
            self.key = key
            self.size = size
            self.checksumCRC32 = checksumCRC32
            self.sopClassUID = sopClassUID
            self.sopInstanceUID = sopInstanceUID
            self.seriesInstanceUID = seriesInstanceUID
            self.transferSyntaxUID = transferSyntaxUID
            self.incomplete = incomplete
        }

        /// The instance of an object in a listing; `nil` for a key that no receiver writes in the delivery.
        package init?(listed key: String, size: Int, in delivery: DeliveryID) {
            guard let (_, series, instance) = BucketLayout.instance(ofKey: key, in: delivery) else { return nil }
            self.init(
                key: key, size: size, checksumCRC32: nil, sopClassUID: nil, sopInstanceUID: instance,
                seriesInstanceUID: series, transferSyntaxUID: nil)
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            key = try container.text(.objectKey, .key)
            size = try container.integer(in: 0...HealthImagingLimits.maximumBytes, .size)
            checksumCRC32 = try container.textIfPresent(.checksum, .checksumCRC32)
            sopClassUID = try container.textIfPresent(.uid, .sopClassUID)
            sopInstanceUID = try container.text(.uid, .sopInstanceUID)
            seriesInstanceUID = try container.text(.uid, .seriesInstanceUID)
            transferSyntaxUID = try container.textIfPresent(.uid, .transferSyntaxUID)
            incomplete = try container.decodeIfPresent(Bool.self, forKey: .incomplete)
        }
    }

    /// The instances of one study in the delivery.
    package struct Study: Codable, Sendable, Equatable {
        package var studyInstanceUID: String
        /// `YYYYMMDD`, from the first instance that has a date. A listing does not tell it: in a delivery that was
        /// recovered it is the date in the open marker.
        package var studyDate: String?
        package var instances: [Instance]

        package init(studyInstanceUID: String, studyDate: String?, instances: [Instance]) {
            self.studyInstanceUID = studyInstanceUID
            self.studyDate = studyDate
            self.instances = instances
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            studyInstanceUID = try container.text(.uid, .studyInstanceUID)
            studyDate = try container.textIfPresent(.studyDate, .studyDate)
            instances = try container.decode([Instance].self, forKey: .instances)
        }
    }

    package enum CloseReason: String, Codable, Sendable {
        /// No instance arrived for `DELIVERY_QUIET_SECONDS`, and no association held the delivery.
        case quiet
        case maximumInstances
        case maximumBytes
        case maximumAge
        /// The task held its maximum of deliveries or instances.
        case capacity
        case shutdown
        /// The task could not renew its lease in time: a sweep may consider it gone.
        case leaseLost
        /// A delivery that repeats this one was about to be closed. It must not be closed before this one.
        case repeated
        /// The task was gone: TriggerImport closed the delivery from a listing.
        case recovered
    }

    package var version: Int
    package var deliveryId: DeliveryID
    /// The task that received the delivery. The open marker is below the name of this task.
    package var task: TaskID
    /// The latest delivery in which the same calling AE title tried to send some of these instances before, if it was
    /// not closed by then. A delivery of which nothing was stored, as far as is known, is not named.
    package var repeats: DeliveryID?
    /// Ends in `/`. The key of every instance begins with it.
    package var prefix: String
    /// From the association that opened the delivery, as are the next two.
    package var callingAETitle: String
    package var calledAETitle: String
    package var peer: String
    /// The name of the route that matched the instances; `nil` if none did.
    package var route: String?
    /// The data store that the route names; `nil`: the pipeline's default.
    package var datastoreId: String?
    /// When the first instance began to arrive.
    package var openedAt: Date
    /// When the last instance was stored.
    package var lastInstanceAt: Date?
    package var closedAt: Date
    package var closeReason: CloseReason
    /// Each study once, and each with at least one instance.
    package var studies: [Study]

    package init(
        deliveryId: DeliveryID, task: TaskID, repeats: DeliveryID? = nil, callingAETitle: String,
        calledAETitle: String, peer: String, route: String? = nil, datastoreId: String? = nil, openedAt: Date,
        lastInstanceAt: Date? = nil, closedAt: Date, closeReason: CloseReason, studies: [Study]
    ) {
        version = Self.version(naming: datastoreId)
        self.deliveryId = deliveryId
        self.task = task
        self.repeats = repeats
        prefix = BucketLayout.prefix(of: deliveryId)
        self.callingAETitle = callingAETitle
        self.calledAETitle = calledAETitle
        self.peer = peer
        self.route = route
        self.datastoreId = datastoreId
        self.openedAt = openedAt
        self.lastInstanceAt = lastInstanceAt
        self.closedAt = closedAt
        self.closeReason = closeReason
        self.studies = studies
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.integer(in: 0...Int(UInt16.max), .version)
        deliveryId = try container.decode(DeliveryID.self, forKey: .deliveryId)
        task = try container.decode(TaskID.self, forKey: .task)
        repeats = try container.decodeIfPresent(DeliveryID.self, forKey: .repeats)
        prefix = try container.text(.objectKey, .prefix)
        callingAETitle = try container.text(.aeTitle, .callingAETitle)
        calledAETitle = try container.text(.aeTitle, .calledAETitle)
        peer = try container.text(.peer, .peer)
        route = try container.textIfPresent(.route, .route)
        datastoreId = try container.textIfPresent(.datastoreID, .datastoreId)
        openedAt = try container.date(.openedAt)
        lastInstanceAt = try container.dateIfPresent(.lastInstanceAt)
        closedAt = try container.date(.closedAt)
        closeReason = try container.decode(CloseReason.self, forKey: .closeReason)
        studies = try container.decode([Study].self, forKey: .studies)
    }

    static func version(naming datastoreID: String?) -> Int {
        datastoreID == nil ? currentVersion : versionWithDatastore
    }

    /// The instances of all studies.
    package var instances: [Instance] { studies.flatMap(\.instances) }

    /// A study without instances is removed too.
    package mutating func removeInstances(where isRemoved: (Instance) -> Bool) {
        for index in studies.indices { studies[index].instances.removeAll(where: isRemoved) }
        studies.removeAll(where: \.instances.isEmpty)
    }

    package var keys: Set<ByteText> { Set(instances.map { ByteText($0.key) }) }

    /// Why the manifest cannot be imported, as a sentence; `nil` if it can.
    package func problem(expecting delivery: DeliveryID) -> String? {
        let expectedVersion = Self.version(naming: datastoreId)
        guard version == expectedVersion else {
            return "the manifest's version is \(version), expected \(expectedVersion)"
        }
        guard deliveryId == delivery else {
            return "the manifest names delivery \(deliveryId), expected \(delivery), which its key names"
        }
        guard ByteText(prefix) == ByteText(BucketLayout.prefix(of: delivery)) else {
            return "the manifest's prefix is not the delivery's, expected \(BucketLayout.prefix(of: delivery))"
        }
        let instances = instances
        guard (1...HealthImagingLimits.maximumInstances).contains(instances.count) else {
            return """
                the manifest lists \(instances.count) instances, \
                expected 1 to \(HealthImagingLimits.maximumInstances)
                """
        }
        guard studies.count <= Self.maximumStudies else {
            return "the manifest lists \(studies.count) studies, expected at most \(Self.maximumStudies)"
        }
        guard Set(studies.map(\.studyInstanceUID)).count == studies.count, !studies.contains(where: \.instances.isEmpty)
        else {
            return "the manifest lists a study twice, or without an instance, expected each once and with its instances"
        }
        for study in studies {
            let folder = BucketLayout.studyFolder(prefix: prefix, study: study.studyInstanceUID)
            if let stray = study.instances.first(where: { !$0.key.begins(with: folder) }) {
                return """
                    the manifest lists an instance outside its study's folder below the delivery's prefix, expected none: \
                    SOP instance \(stray.sopInstanceUID)
                    """
            }
        }
        guard keys.count == instances.count else {
            return "the manifest lists a key twice, expected each once"
        }
        // This sum does not overflow: each size was checked when it was read.
        let bytes = instances.reduce(0) { $0 + $1.size }
        guard bytes <= HealthImagingLimits.maximumBytes else {
            return "the delivery has \(bytes) bytes, expected at most \(HealthImagingLimits.maximumBytes)"
        }
        return nil
    }
}
