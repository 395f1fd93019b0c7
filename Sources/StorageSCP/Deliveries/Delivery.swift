// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline

/// The instances that one task receives from one calling AE title for one destination without a long pause: those of one
/// study or, as a bundle, of several. Its methods are named after the events that they record.
struct Delivery {
    /// The association that opened the delivery.
    struct Origin: Sendable, Equatable {
        var callingAETitle: String
        var calledAETitle: String
        var peer: String
        /// The same for all instances of the delivery.
        var destination = DeliveryDestination.standard

        var sender: DeliverySender { DeliverySender(callingAETitle: callingAETitle, destination: destination) }
    }

    /// Why no instance of the delivery can be acknowledged. Such a delivery ends without a manifest.
    enum AbandonReason: String, Sendable {
        /// The delivery waited too long for its turn to write its open marker.
        case notOpenedInTime
        /// The store did not accept the open marker or the task lease.
        case markerNotWritten
    }

    private struct Study {
        /// `YYYYMMDD`, from the first instance that has a study date.
        var date: String?
        /// Every instance that the delivery tried; it tries none twice. The value is `nil` while the instance is being
        /// received, and when storing it failed: its object may exist nevertheless, and then an import job takes it
        /// too.
        var attempts: [InstanceName: StoredInstance?] = [:]
    }

    let id: DeliveryID
    let openedAt: Date
    let origin: Origin
    private let limits: DeliveryLimits

    /// In the order in which they joined, at most `DeliveryManifest.maximumStudies`.
    private(set) var studyInstanceUIDs: [String] = []
    private var studies: [String: Study] = [:]
    /// The number of instances that the delivery tried. All of them are kept in memory.
    private(set) var instanceCount = 0
    /// See `DeliveryManifest`.
    var repeats: DeliveryID?
    /// The number of stored instances that another delivery had tried before.
    private var repeated: [RepeatedContent: Int] = [:]
    private var bytes = 0
    /// The size of the instances that are being published.
    private var announcedBytes = 0
    /// The number of its instances that are being received or published.
    private var pending = 0
    private(set) var storedCount = 0
    /// When the last instance was stored.
    private var lastInstanceAt: Date?
    /// The associations that sent an instance to this delivery last, and have not ended.
    private var holders: Set<String> = []
    /// How many times an association became a holder, and whether the last one that ceased to be one was released.
    private var (holds, isReleased) = (0, false)
    /// Set when no more instances may join.
    private(set) var closeReason: DeliveryManifest.CloseReason?
    private var abandonReason: AbandonReason?

    init(id: DeliveryID, origin: Origin, limits: DeliveryLimits, openedAt: Date) {
        self.id = id
        self.origin = origin
        self.limits = limits
        self.openedAt = openedAt
    }

    var repeatedCount: Int { repeated.values.reduce(0, +) }

    var changedCount: Int { repeated[.other] ?? 0 }

    /// One for each of its studies.
    var chains: [DeliveryChain.Name] {
        studyInstanceUIDs.map { DeliveryChain.Name(sender: origin.sender, studyInstanceUID: $0) }
    }

    /// The instances of a study that the delivery tried.
    func names(in study: String) -> some Sequence<InstanceName> { (studies[study]?.attempts ?? [:]).keys }

    func stored(_ name: InstanceName, in study: String) -> StoredInstance? { studies[study]?.attempts[name] ?? nil }

    /// Whether no more instances may join.
    var isSealed: Bool { closeReason != nil || abandonReason != nil }

    /// Why no more instances may join, for the log; `nil` while they may.
    var endReason: String? { abandonReason?.rawValue ?? closeReason?.rawValue }

    /// Whether another study may join.
    var takesStudies: Bool { !isSealed && studyInstanceUIDs.count < DeliveryManifest.maximumStudies }

    func holds(study: String) -> Bool { studies[study] != nil }

    /// Whether no instance is pending and no association holds the delivery: then its quiet time runs.
    var isQuiet: Bool { pending == 0 && holders.isEmpty }

    /// Whether the delivery holds one study, which came over one association that was released, and all of its
    /// instances are stored: then the sender has probably sent the whole study.
    var isProbablyWhole: Bool {
        studyInstanceUIDs.count == 1 && holds == 1 && isReleased && storedCount == instanceCount
    }

    /// Whether it is sealed and no instance is pending.
    var isReadyToClose: Bool { isSealed && pending == 0 }

    /// The study must not be in the delivery yet.
    mutating func studyJoined(_ study: String, date: String?) {
        studyInstanceUIDs.append(study)
        studies[study] = Study(date: date)
    }

    /// The delivery must not have tried the instance yet, and its study must have joined.
    mutating func instanceBegan(_ name: InstanceName, in study: String, studyDate: String?) {
        pending += 1
        instanceCount += 1
        studies[study]?.attempts.updateValue(nil, forKey: name)
        if let studyDate, studies[study]?.date == nil { studies[study]?.date = studyDate }
        if instanceCount >= limits.maximumInstances { seal(.maximumInstances) }
    }

    /// An instance has been received and is ready to be published. Returns false when the delivery would become larger
    /// than one import job may be: then the instance must not be published.
    mutating func instanceComplete(size: Int) -> Bool {
        let total = bytes + announcedBytes + size
        if total >= limits.maximumBytes { seal(.maximumBytes) }
        guard total <= HealthImagingLimits.maximumBytes else { return false }
        announcedBytes += size
        return true
    }

    mutating func instanceStored(_ name: InstanceName, in study: String, _ instance: StoredInstance, at date: Date) {
        pending -= 1
        storedCount += 1
        lastInstanceAt = date
        announcedBytes -= instance.size
        bytes += instance.size
        studies[study]?.attempts[name] = instance
    }

    /// The size that `instanceComplete` counted still counts, because the object may exist.
    mutating func instanceFailed() {
        pending -= 1
    }

    /// An instance that another delivery had tried before is stored. Returns whether it is the first one whose content
    /// compares in this way.
    mutating func instanceRepeated(_ content: RepeatedContent) -> Bool {
        repeated[content, default: 0] += 1
        return repeated[content] == 1
    }

    mutating func associationHolds(_ association: String) {
        if holders.insert(association).inserted { holds += 1 }
    }

    mutating func associationEnded(_ association: String, isReleased: Bool) {
        if holders.remove(association) != nil { self.isReleased = isReleased }
    }

    /// Lets no more instances join. The first reason is kept.
    mutating func seal(_ reason: DeliveryManifest.CloseReason) {
        if !isSealed { closeReason = reason }
    }

    /// Lets no more instances join, because none can be acknowledged.
    mutating func abandon(_ reason: AbandonReason) {
        abandonReason = reason
    }
}

// MARK: Documents

extension Delivery {
    /// The content of the open marker.
    func marker(task: TaskID) -> OpenDelivery {
        OpenDelivery(
            deliveryId: id, task: task, repeats: repeats,
            studies: studyInstanceUIDs.prefix(OpenDelivery.maximumStudies).map {
                OpenDelivery.Study(studyInstanceUID: $0, studyDate: studies[$0]?.date)
            }, callingAETitle: origin.callingAETitle, calledAETitle: origin.calledAETitle, peer: origin.peer,
            route: origin.destination.route, datastoreId: origin.destination.datastoreID, openedAt: openedAt)
    }

    /// `nil` when no instance was stored: then there is nothing to import.
    func manifest(task: TaskID, closedAt: Date) -> DeliveryManifest? {
        guard storedCount > 0 else { return nil }
        let prefix = BucketLayout.prefix(of: id)
        return DeliveryManifest(
            deliveryId: id, task: task, repeats: repeats, callingAETitle: origin.callingAETitle,
            calledAETitle: origin.calledAETitle, peer: origin.peer, route: origin.destination.route,
            datastoreId: origin.destination.datastoreID, openedAt: openedAt, lastInstanceAt: lastInstanceAt,
            closedAt: closedAt,
            // An abandoned delivery has no stored instances. If one had, they would have to be imported.
            closeReason: closeReason ?? .quiet,
            studies: studies.compactMap { uid, study in
                let stored = study.attempts.compactMap { name, stored in
                    stored.map { entry(of: name, $0, folder: BucketLayout.studyFolder(prefix: prefix, study: uid)) }
                }
                guard !stored.isEmpty else { return nil }
                return DeliveryManifest.Study(
                    studyInstanceUID: uid, studyDate: study.date, instances: stored.sorted { $0.key < $1.key })
            }.sorted { $0.studyInstanceUID < $1.studyInstanceUID })
    }

    private func entry(of name: InstanceName, _ stored: StoredInstance, folder: String) -> DeliveryManifest.Instance {
        DeliveryManifest.Instance(
            key: BucketLayout.instanceKey(
                studyFolder: folder, series: name.seriesInstanceUID, instance: name.sopInstanceUID),
            size: stored.size, checksumCRC32: stored.checksum.base64, sopClassUID: stored.sopClassUID,
            sopInstanceUID: name.sopInstanceUID, seriesInstanceUID: name.seriesInstanceUID,
            transferSyntaxUID: stored.transferSyntaxUID, incomplete: stored.isIncomplete ? true : nil)
    }
}
