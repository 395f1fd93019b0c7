// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import ImportPipeline
import Logging
import StructuredLog

/// The receiver's settings, from the environment of its container.
package struct Configuration: Sendable {
    /// What one import job imports: a delivery, or a single instance.
    enum ImportUnit: String, CaseIterable, Sendable {
        case delivery
        case instance
    }

    enum Storage: Sendable, Equatable, CustomStringConvertible {
        case bucket(String)
        case directory(String)

        var description: String {
            switch self {
            case .bucket(let name): "s3://\(name)"
            case .directory(let path): path
            }
        }
    }

    let storage: Storage
    /// Whether files must be on the disk before they are acknowledged.
    let synchronizesStorage: Bool
    /// The machine's own address to listen on.
    let address: String
    let port: Int
    /// If true, `port` is not opened.
    let requiresTLS: Bool
    /// `nil` when there is no TLS port.
    let tls: TLSSettings?
    let proxyProtocol: ProxyProtocolSettings
    /// `nil` when there is no health port.
    let healthPort: Int?
    let aeTitle: String
    let requiresCalledAETitle: Bool
    /// Empty when every calling AE title is accepted.
    let callingAETitles: Set<String>
    /// Empty when every storage SOP class is accepted.
    let sopClassUIDs: Set<String>
    /// `nil` when every peer that may open an association may also store and verify.
    let accessRules: [AccessRule]?
    let userIdentity: UserIdentityConfiguration
    let transferSyntaxPreference: TransferSyntaxPreference
    let rejectsWithoutContext: Bool
    let routes: RouteSettings
    let network: NetworkConfiguration
    /// How long associations may take to end after SIGTERM or SIGINT.
    let drainTimeoutSeconds: Int
    let maximumPoolConnections: Int
    let maximumDocumentConnections: Int
    let importUnit: ImportUnit
    package let delivery: DeliveryLimits
    let deliveryCapacity: DeliveryCapacity
    package let openingPace: OpeningPace
    /// How long the task lease lasts. When it has not been renewed for three times as long, a sweep closes the task's
    /// deliveries.
    let taskLeaseSeconds: Int
    let commitment: CommitmentConfiguration
    let logLevel: Logger.Level
    let logFormat: LogFormat
    private let metricsNamespace: String?
    private let metricsService: String
    let countedRoutes: CountedRoutes

    package init(environment: [String: String]) throws(ConfigurationError) {
        try self.init(Settings(environment))
    }

    init(_ settings: Settings) throws(ConfigurationError) {
        storage =
            if let bucket = try settings.bucket(ReceiverSettings.bucket) {
                .bucket(bucket)
            } else {
                .directory(settings.text(ReceiverSettings.storageDirectory))
            }
        synchronizesStorage = try settings.boolean(ReceiverSettings.storageFsync)
        address = settings.text(ReceiverSettings.address)
        port = try settings.integer(ReceiverSettings.port)
        requiresTLS = try settings.boolean(ReceiverSettings.requireTLS)
        tls = try TLSSettings(settings)
        proxyProtocol = try ProxyProtocolSettings(settings)
        healthPort = try settings.integer(ReceiverSettings.healthPort)
        aeTitle = try settings.aeTitle(ReceiverSettings.aeTitle)
        requiresCalledAETitle = try settings.boolean(ReceiverSettings.requireCalledAETitle)
        callingAETitles = try settings.aeTitles(ReceiverSettings.requireCallingAETitle)
        sopClassUIDs = try settings.uids(ReceiverSettings.supportedSOPClassUIDs)
        accessRules = try settings.json(ReceiverSettings.accessRules, as: [AccessRule].self)
        if let rules = accessRules, Set(rules.map(\.callingAETitle)).count < rules.count {
            throw ConfigurationError(
                name: ReceiverSettings.accessRules.name, value: "…", expected: "one rule for each calling AE title")
        }
        userIdentity = try UserIdentityConfiguration(settings)
        transferSyntaxPreference = try settings.choice(ReceiverSettings.transferSyntaxPreference)
        rejectsWithoutContext = try settings.boolean(ReceiverSettings.rejectWithoutContext)
        routes = try RouteSettings(settings, storage: storage)
        network = try NetworkConfiguration(settings)
        drainTimeoutSeconds = try settings.integer(ReceiverSettings.drainTimeout)
        maximumPoolConnections = try settings.integer(ReceiverSettings.maximumPoolConnections)
        maximumDocumentConnections = try settings.integer(ReceiverSettings.maximumDocumentConnections)
        importUnit = try settings.choice(ReceiverSettings.importUnit)
        delivery = DeliveryLimits(
            quietSeconds: try settings.integer(ReceiverSettings.deliveryQuietSeconds),
            shortQuietSeconds: try settings.integer(ReceiverSettings.deliveryShortQuietSeconds),
            maximumInstances: importUnit == .instance
                ? 1 : try settings.integer(ReceiverSettings.deliveryMaximumInstances),
            maximumBytes: try settings.integer(ReceiverSettings.deliveryMaximumBytes),
            maximumAgeSeconds: try settings.integer(ReceiverSettings.deliveryMaximumAgeSeconds))
        deliveryCapacity = try DeliveryCapacity(settings, connections: maximumDocumentConnections)
        openingPace = OpeningPace(
            seconds: try settings.integer(ReceiverSettings.deliveryOpeningSeconds),
            burst: try settings.integer(ReceiverSettings.deliveryOpeningBurst))
        taskLeaseSeconds = try settings.taskLeaseSeconds()
        commitment = try CommitmentConfiguration(
            settings, storage: storage, receiverTLS: tls, taskLeaseSeconds: taskLeaseSeconds,
            maximumDeliveryAge: delivery.maximumAgeSeconds)
        logLevel = try settings.logLevel(ReceiverSettings.logLevel)
        logFormat = try settings.choice(ReceiverSettings.logFormat)
        metricsNamespace = settings.text(ReceiverSettings.metricsNamespace)
        metricsService = settings.text(ReceiverSettings.metricsService)
        countedRoutes = try settings.countedRoutes()
    }

    /// Returns `nil` when no metrics are written.
    func metrics(write: @escaping @Sendable ([UInt8]) -> Void) -> EmbeddedMetrics? {
        EmbeddedMetrics(namespace: metricsNamespace, dimensions: ["Service": metricsService], write: write)
    }
}

extension Settings {
    fileprivate func countedRoutes() throws(ConfigurationError) -> CountedRoutes {
        let list = text(ReceiverSettings.metricsRoutes)
        do {
            return try CountedRoutes(list)
        } catch {
            throw ConfigurationError(
                name: ReceiverSettings.metricsRoutes.name, value: error.found, expected: error.expected)
        }
    }

    fileprivate func taskLeaseSeconds() throws(ConfigurationError) -> Int {
        let seconds = try integer(ReceiverSettings.taskLeaseSeconds)
        let allowsShortLease = try boolean(ReceiverSettings.allowShortLease)
        guard seconds >= ReceiverSettings.minimumLeaseSeconds || allowsShortLease else {
            throw ConfigurationError(
                name: ReceiverSettings.taskLeaseSeconds.name, value: "\(seconds)",
                expected:
                    "at least \(ReceiverSettings.minimumLeaseSeconds), or ALLOW_SHORT_LEASE=true in a test")
        }
        return seconds
    }
}
