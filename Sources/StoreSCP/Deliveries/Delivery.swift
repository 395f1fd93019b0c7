import FoundationEssentials
import ImportPipeline

/// What one task received of one study from one calling AE title in one stretch, while it is open. Its methods are named after what happens.
struct Delivery {
    /// Who opened it.
    struct Origin: Sendable, Equatable {
        var callingAETitle: String
        var calledAETitle: String
        var peer: String
    }

    let id: DeliveryID
    let studyInstanceUID: String
    let openedAt: Date
    let origin: Origin
    private let limits: DeliveryLimits

    /// Each instance that it tried, since it tries none twice; nil for one that is on its way or was not stored, as far as is
    /// known: its object may stand there all the same, and an import job takes it with the rest.
    private var attempts: [InstanceName: StoredInstance?] = [:]
    /// `YYYYMMDD`, of the first instance that has one.
    private(set) var studyDate: String?
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
    /// Set when nothing may join any more.
    private(set) var closeReason: DeliveryManifest.CloseReason?

    init(
        id: DeliveryID, studyInstanceUID: String, studyDate: String? = nil, origin: Origin, limits: DeliveryLimits,
        openedAt: Date
    ) {
        self.id = id
        self.studyInstanceUID = studyInstanceUID
        self.studyDate = studyDate
        self.origin = origin
        self.limits = limits
        self.openedAt = openedAt
    }

    /// Those that are kept in memory: every one that it tried.
    var instanceCount: Int { attempts.count }

    var names: some Sequence<InstanceName> { attempts.keys }

    var repeatedCount: Int { repeated.values.reduce(0, +) }

    var changedCount: Int { repeated[.other] ?? 0 }

    func stored(_ name: InstanceName) -> StoredInstance? { attempts[name] ?? nil }

    /// Whether nothing may join any more.
    var isSealed: Bool { closeReason != nil }

    /// Whether nothing keeps it from being closed when it has been quiet for long enough.
    var isQuiet: Bool { pending == 0 && holders.isEmpty }

    /// Whether it is to be closed and the last instance on its way has come.
    var isReadyToClose: Bool { isSealed && pending == 0 }

    /// One that it has not tried yet.
    mutating func instanceBegan(_ name: InstanceName, studyDate: String?) {
        pending += 1
        attempts.updateValue(nil, forKey: name)
        if self.studyDate == nil { self.studyDate = studyDate }
        if attempts.count >= limits.maximumInstances { seal(.maximumInstances) }
    }

    /// An instance has come and is to be published. False when one import job would not take it with the rest: it must not be.
    mutating func instanceComplete(size: Int) -> Bool {
        let total = bytes + announcedBytes + size
        if total >= limits.maximumBytes { seal(.maximumBytes) }
        guard total <= HealthImagingLimits.maximumBytes else { return false }
        announcedBytes += size
        return true
    }

    mutating func instanceStored(_ name: InstanceName, _ instance: StoredInstance) {
        pending -= 1
        storedCount += 1
        announcedBytes -= instance.size
        bytes += instance.size
        attempts[name] = instance
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
        holders.insert(association)
    }

    mutating func associationEnded(_ association: String) {
        holders.remove(association)
    }

    /// Lets nothing join any more; the first reason counts.
    mutating func seal(_ reason: DeliveryManifest.CloseReason) {
        if closeReason == nil { closeReason = reason }
    }

    /// Lets nothing join any more because nothing of it can be acknowledged: there will be no manifest.
    mutating func abandon() {
        seal(.quiet)
    }

    /// nil when no instance was stored: there is nothing to import.
    func manifest(task: TaskID, closedAt: Date) -> DeliveryManifest? {
        guard let closeReason, storedCount > 0 else { return nil }
        let prefix = BucketLayout.prefix(of: id)
        return DeliveryManifest(
            deliveryId: id, task: task, repeats: repeats, callingAETitle: origin.callingAETitle, calledAETitle: origin.calledAETitle, peer: origin.peer,
            openedAt: openedAt, closedAt: closedAt, closeReason: closeReason,
            studies: [
                .init(
                    studyInstanceUID: studyInstanceUID, studyDate: studyDate,
                    instances: attempts.compactMap { name, stored in
                        stored.map { entry(of: name, $0, prefix: prefix) }
                    }.sorted { $0.key < $1.key })
            ])
    }

    private func entry(
        of name: InstanceName, _ stored: StoredInstance, prefix: String
    ) -> DeliveryManifest.Instance {
        DeliveryManifest.Instance(
            key: BucketLayout.instanceKey(
                prefix: prefix, study: studyInstanceUID, series: name.seriesInstanceUID, instance: name.sopInstanceUID),
            size: stored.size, checksumCRC32: stored.checksum.base64, sopClassUID: stored.sopClassUID,
            sopInstanceUID: name.sopInstanceUID, seriesInstanceUID: name.seriesInstanceUID,
            transferSyntaxUID: stored.transferSyntaxUID, incomplete: stored.isIncomplete ? true : nil)
    }
}
