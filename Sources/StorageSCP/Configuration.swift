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
    let logLevel: Logger.Level
    let logFormat: LogFormat
    private let metricsNamespace: String?
    private let metricsService: String

    package init(environment: [String: String]) throws(ConfigurationError) {
        let settings = Settings(environment)
        storage =
            if let bucket = try settings.bucket("DICOM_BUCKET") {
                .bucket(bucket)
            } else {
                .directory(settings.text("STORAGE_DIRECTORY") ?? "storage")
            }
        synchronizesStorage = try settings.boolean("STORAGE_FSYNC", default: true)
        address = settings.text("SCP_ADDRESS") ?? "0.0.0.0"
        port = try settings.integer("SCP_PORT", default: 11112, in: 0...65535)
        requiresTLS = try settings.boolean("REQUIRE_TLS", default: false)
        tls = try TLSSettings(settings)
        proxyProtocol = try ProxyProtocolSettings(settings)
        healthPort = try settings.integer("HEALTH_PORT", in: 0...65535)
        aeTitle = try settings.aeTitle("AE_TITLE", default: "STORESCP")
        requiresCalledAETitle = try settings.boolean("REQUIRE_CALLED_AE_TITLE", default: false)
        callingAETitles = try settings.aeTitles("REQUIRE_CALLING_AE_TITLE")
        sopClassUIDs = try settings.uids("SUPPORTED_SOP_CLASS_UIDS")
        accessRules = try settings.json("ACCESS_RULES", as: [AccessRule].self)
        if let rules = accessRules, Set(rules.map(\.callingAETitle)).count < rules.count {
            throw ConfigurationError(name: "ACCESS_RULES", value: "…", expected: "one rule for each calling AE title")
        }
        userIdentity = try UserIdentityConfiguration(settings)
        transferSyntaxPreference = try settings.choice(
            "TRANSFER_SYNTAX_PREFERENCE", default: TransferSyntaxPreference.lossless)
        rejectsWithoutContext = try settings.boolean("REJECT_WITHOUT_CONTEXT", default: false)
        network = try NetworkConfiguration(settings)
        drainTimeoutSeconds = try settings.integer("DRAIN_TIMEOUT", default: 20, in: 1...3600)
        maximumPoolConnections = try settings.integer("MAX_POOL_CONNECTIONS", default: 50, in: 1...10_000)
        maximumDocumentConnections = try settings.integer("MAX_DOCUMENT_CONNECTIONS", default: 16, in: 2...1000)
        importUnit = try settings.choice("IMPORT_UNIT", default: ImportUnit.delivery)
        delivery = DeliveryLimits(
            quietSeconds: try settings.integer("DELIVERY_QUIET_SECONDS", default: 30, in: 1...86_400),
            shortQuietSeconds: try settings.integer("DELIVERY_SHORT_QUIET_SECONDS", default: 3, in: 1...86_400),
            maximumInstances: importUnit == .instance
                ? 1
                : try settings.integer(
                    "DELIVERY_MAXIMUM_INSTANCES", default: HealthImagingLimits.maximumInstances,
                    in: 1...HealthImagingLimits.maximumInstances),
            maximumBytes: try settings.integer(
                "DELIVERY_MAXIMUM_BYTES", default: 4_000_000_000, in: 1...HealthImagingLimits.maximumBytes),
            maximumAgeSeconds: try settings.integer(
                "DELIVERY_MAXIMUM_AGE_SECONDS", default: 3600, in: 1...DeliveryAge.maximumOfAcknowledgement))
        deliveryCapacity = try DeliveryCapacity(settings, connections: maximumDocumentConnections)
        openingPace = OpeningPace(
            seconds: try settings.integer("DELIVERY_OPENING_SECONDS", default: 3, in: 0...3600),
            burst: try settings.integer("DELIVERY_OPENING_BURST", default: 20, in: 1...10_000))
        taskLeaseSeconds = try settings.taskLeaseSeconds()
        logLevel = try settings.logLevel("LOG_LEVEL", default: .info)
        logFormat = try settings.choice("LOG_FORMAT", default: LogFormat.json)
        metricsNamespace = settings.text("METRICS_NAMESPACE")
        metricsService = settings.text("METRICS_SERVICE") ?? "StoreSCP"
    }

    /// Returns `nil` when no metrics are written.
    func metrics(write: @escaping @Sendable ([UInt8]) -> Void) -> EmbeddedMetrics? {
        EmbeddedMetrics(namespace: metricsNamespace, dimensions: ["Service": metricsService], write: write)
    }
}

extension Settings {
    /// The lease must be long compared with the difference between Lambda's and S3's clocks, and with the delay of a
    /// slow request. Only tests may use a shorter one.
    fileprivate func taskLeaseSeconds() throws(ConfigurationError) -> Int {
        let seconds = try integer("TASK_LEASE_SECONDS", default: 60, in: DocumentLimits.leaseSeconds)
        let allowsShortLease = try boolean("ALLOW_SHORT_LEASE", default: false)
        guard seconds >= 60 || allowsShortLease else {
            throw ConfigurationError(
                name: "TASK_LEASE_SECONDS", value: "\(seconds)",
                expected: "at least 60, or ALLOW_SHORT_LEASE=true in a test")
        }
        return seconds
    }
}
