import FoundationEssentials
import ImportPipeline

/// What one task received of one study in one stretch, while it is open. Its methods are named after what happens.
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

    /// By key: an instance that is sent again replaces itself.
    private var instances: [String: DeliveryManifest.Instance] = [:]
    /// `YYYYMMDD`, of the first instance that has one.
    private(set) var studyDate: String?
    private var bytes = 0
    /// Of instances that are being published.
    private var announcedBytes = 0
    /// Instances that belong to it and are not stored yet.
    private var pending = 0
    /// Instances that were not stored, as far as is known: their objects may stand there all the same, and an import job
    /// takes them with the rest.
    private var failed = 0
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

    /// Those that are stored or on their way.
    var instanceCount: Int { instances.count + pending }

    /// Whether nothing may join any more.
    var isSealed: Bool { closeReason != nil }

    /// Whether nothing keeps it from being closed when it has been quiet for long enough.
    var isQuiet: Bool { pending == 0 && holders.isEmpty }

    /// Whether it is to be closed and the last instance on its way has come.
    var isReadyToClose: Bool { isSealed && pending == 0 }

    mutating func instanceBegan(studyDate: String?) {
        pending += 1
        if self.studyDate == nil { self.studyDate = studyDate }
        if instances.count + failed + pending >= limits.maximumInstances { seal(.maximumInstances) }
    }

    /// An instance has come and is to be published. False when one import job would not take it with the rest: it must not be.
    mutating func instanceComplete(key: String, size: Int) -> Bool {
        let total = bytes + announcedBytes + size - (instances[key]?.size ?? 0)
        if total >= limits.maximumBytes { seal(.maximumBytes) }
        guard total <= HealthImagingLimits.maximumBytes else { return false }
        announcedBytes += size
        return true
    }

    mutating func instanceStored(_ instance: DeliveryManifest.Instance) {
        pending -= 1
        announcedBytes -= instance.size
        let replaced = instances.updateValue(instance, forKey: instance.key)
        bytes += instance.size - (replaced?.size ?? 0)
    }

    /// What was announced of it stays so.
    mutating func instanceFailed() {
        pending -= 1
        failed += 1
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
        guard let closeReason, !instances.isEmpty else { return nil }
        return DeliveryManifest(
            deliveryId: id, task: task, studyInstanceUID: studyInstanceUID, studyDate: studyDate,
            callingAETitle: origin.callingAETitle, calledAETitle: origin.calledAETitle, peer: origin.peer,
            openedAt: openedAt, closedAt: closedAt, closeReason: closeReason,
            instances: instances.values.sorted { $0.key < $1.key })
    }
}
