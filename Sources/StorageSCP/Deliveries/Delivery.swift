import FoundationEssentials
import ImportPipeline

/// What one task received from one calling AE title in one stretch, while it is open: one study, or several under pressure. Its
/// methods are named after what happens.
struct Delivery {
    /// Who opened it.
    struct Origin: Sendable, Equatable {
        var callingAETitle: String
        var calledAETitle: String
        var peer: String
    }

    /// Why nothing of the delivery can be acknowledged: it ends without a manifest.
    enum AbandonReason: String, Sendable {
        /// It waited too long for its turn to write its open marker.
        case notOpenedInTime
        /// The store did not take the open marker, or the task holds no lease.
        case markerNotWritten
    }

    private struct Study {
        /// `YYYYMMDD`, of the first instance that has one.
        var date: String?
        /// Each instance that the delivery tried, since it tries none twice; nil for one that is on its way or was not stored, as far as
        /// is known: its object may stand there all the same, and an import job takes it with the rest.
        var attempts: [InstanceName: StoredInstance?] = [:]
    }

    let id: DeliveryID
    let openedAt: Date
    let origin: Origin
    private let limits: DeliveryLimits

    /// In the order in which they joined, at most `DeliveryManifest.maximumStudies`.
    private(set) var studyInstanceUIDs: [String] = []
    private var studies: [String: Study] = [:]
    /// Those that are kept in memory: every one that it tried.
    private(set) var instanceCount = 0
    /// See `DeliveryManifest`.
    var repeats: DeliveryID?
    /// Stored ones among its instances that another delivery had tried before.
    private var repeated: [RepeatedContent: Int] = [:]
    private var bytes = 0
    /// Of instances that are being published.
    private var announcedBytes = 0
    /// Instances that belong to it and are not stored yet.
    private var pending = 0
    private(set) var storedCount = 0
    /// Associations that sent something of it and have not ended.
    private var holders: Set<String> = []
    /// How often an association took hold of it, and whether the one that let go last was released.
    private var (holds, isReleased) = (0, false)
    /// Set when nothing may join any more.
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
        studyInstanceUIDs.map { DeliveryChain.Name(callingAETitle: origin.callingAETitle, studyInstanceUID: $0) }
    }

    /// Those of a study that it tried.
    func names(in study: String) -> some Sequence<InstanceName> { (studies[study]?.attempts ?? [:]).keys }

    func stored(_ name: InstanceName, in study: String) -> StoredInstance? { studies[study]?.attempts[name] ?? nil }

    /// Whether nothing may join any more.
    var isSealed: Bool { closeReason != nil || abandonReason != nil }

    /// Why nothing may join any more, for the log; nil while something may.
    var endReason: String? { abandonReason?.rawValue ?? closeReason?.rawValue }

    /// Whether a study may join that it does not hold.
    var takesStudies: Bool { !isSealed && studyInstanceUIDs.count < DeliveryManifest.maximumStudies }

    func holds(study: String) -> Bool { studies[study] != nil }

    /// Whether nothing keeps it from being closed when it has been quiet for long enough.
    var isQuiet: Bool { pending == 0 && holders.isEmpty }

    /// Whether its only study came over one association that was released, and all of it is stored: the sender has probably sent
    /// the whole study.
    var isProbablyWhole: Bool {
        studyInstanceUIDs.count == 1 && holds == 1 && isReleased && storedCount == instanceCount
    }

    /// Whether it is to be closed and the last instance on its way has come.
    var isReadyToClose: Bool { isSealed && pending == 0 }

    /// One that it does not hold yet.
    mutating func studyJoined(_ study: String, date: String?) {
        studyInstanceUIDs.append(study)
        studies[study] = Study(date: date)
    }

    /// One that it has not tried yet, of a study that has joined.
    mutating func instanceBegan(_ name: InstanceName, in study: String, studyDate: String?) {
        pending += 1
        instanceCount += 1
        studies[study]?.attempts.updateValue(nil, forKey: name)
        if let studyDate, studies[study]?.date == nil { studies[study]?.date = studyDate }
        if instanceCount >= limits.maximumInstances { seal(.maximumInstances) }
    }

    /// An instance has come and is to be published. False when one import job would not take it with the rest: it must not be.
    mutating func instanceComplete(size: Int) -> Bool {
        let total = bytes + announcedBytes + size
        if total >= limits.maximumBytes { seal(.maximumBytes) }
        guard total <= HealthImagingLimits.maximumBytes else { return false }
        announcedBytes += size
        return true
    }

    mutating func instanceStored(_ name: InstanceName, in study: String, _ instance: StoredInstance) {
        pending -= 1
        storedCount += 1
        announcedBytes -= instance.size
        bytes += instance.size
        studies[study]?.attempts[name] = instance
    }

    /// What was announced of it stays so.
    mutating func instanceFailed() {
        pending -= 1
    }

    /// An instance that another delivery had tried before is stored. Whether it is the first with such a content.
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

    /// Lets nothing join any more; the first reason counts.
    mutating func seal(_ reason: DeliveryManifest.CloseReason) {
        if !isSealed { closeReason = reason }
    }

    /// Lets nothing join any more, because nothing of it can be acknowledged.
    mutating func abandon(_ reason: AbandonReason) {
        abandonReason = reason
    }
}

// MARK: Documents

extension Delivery {
    /// What its open marker says.
    func marker(task: TaskID) -> OpenDelivery {
        OpenDelivery(
            deliveryId: id, task: task, repeats: repeats,
            studies: studyInstanceUIDs.prefix(OpenDelivery.maximumStudies).map {
                OpenDelivery.Study(studyInstanceUID: $0, studyDate: studies[$0]?.date)
            }, callingAETitle: origin.callingAETitle, calledAETitle: origin.calledAETitle, peer: origin.peer,
            openedAt: openedAt)
    }

    /// nil when no instance was stored: there is nothing to import.
    func manifest(task: TaskID, closedAt: Date) -> DeliveryManifest? {
        guard let closeReason, storedCount > 0 else { return nil }
        let prefix = BucketLayout.prefix(of: id)
        return DeliveryManifest(
            deliveryId: id, task: task, repeats: repeats, callingAETitle: origin.callingAETitle,
            calledAETitle: origin.calledAETitle, peer: origin.peer, openedAt: openedAt, closedAt: closedAt,
            closeReason: closeReason,
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
