// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import ImportPipeline
import Logging
import StructuredLog

/// Every setting of the receiver, in the order of `docs/configuration.md`.
package enum ReceiverSettings {
    /// Beside the limits.
    package static let general = ofReception + commitments

    private static let ofReception: [SettingDescription] = [
        bucket.description, storageDirectory.description, storageFsync.description,
        address.description, port.description, tlsCertificate.description, tlsPrivateKey.description,
        tlsPort.description, requireTLS.description, tlsMinimumVersion.description,
        tlsClientCertificates.description, tlsClientAuthorities.description, tlsReloadSeconds.description,
        proxyProtocol.description, proxyProtocolFrom.description, healthPort.description,
        aeTitle.description, requireCalledAETitle.description, requireCallingAETitle.description,
        accessRules.description, userIdentityTypes.description, userIdentities.description, userIdentityURL.description,
        supportedSOPClassUIDs.description, transferSyntaxPreference.description, rejectWithoutContext.description,
        uidMismatch.description, incompleteDataSets.description, routes.description, routesReloadSeconds.description,
        drainTimeout.description, maximumPoolConnections.description, maximumDocumentConnections.description,
        importUnit.description, deliveryOpeningSeconds.description, deliveryOpeningBurst.description,
        deliveryQuietSeconds.description, deliveryShortQuietSeconds.description,
        deliveryMaximumInstances.description, deliveryMaximumBytes.description, deliveryMaximumAgeSeconds.description,
        taskLeaseSeconds.description, allowShortLease.description,
        logLevel.description, logFormat.description, metricsNamespace.description, metricsService.description,
        metricsRoutes.description,
    ]

    private static let access = SettingDescription.Section("Access", "#access")

    static let bucket = Setting<String?>(
        "DICOM_BUCKET", "The S3 bucket. Without it, instances become files below `STORAGE_DIRECTORY`.")
    static let storageDirectory = Setting(
        "STORAGE_DIRECTORY", default: "storage",
        """
        The folder for files; the receiver makes it if it is missing. An unfinished file is in its subfolder \
        `.partial/`, or has no name yet (with `STORAGE_FSYNC=false`, where the system supports that). A receiver \
        removes at its start what a killed one left unfinished.
        """)
    static let storageFsync = Setting(
        "STORAGE_FSYNC", default: true,
        """
        `true`: each file and its name are on the disk before the sender is told Success. `false`: the system writes \
        them later, and acknowledged instances can be lost when the machine loses power.
        """)
    static let address = Setting("SCP_ADDRESS", default: "0.0.0.0", "The address of this machine to listen on.")
    static let port = Setting(
        "SCP_PORT", default: 11112, in: 0...65535, "The TCP port for DICOM. 0: any free port, which the log names.")

    static let tlsCertificate = Setting<String?>(
        "TLS_CERTIFICATE",
        """
        Opens the TLS port. A PEM file or the PEM text itself: our own certificate first, then the intermediate \
        certificates of its authority.
        """,
        see: SettingDescription.Section("TLS", "#tls"))
    static let tlsPrivateKey = Setting<String?>(
        "TLS_PRIVATE_KEY", "The certificate's key, as a PEM file or text, without a passphrase.")
    static let tlsPort = Setting(
        "TLS_PORT", default: 2762, in: 0...65535,
        "The TCP port for DICOM over TLS. 0: any free port, which the log names.")
    static let requireTLS = Setting("REQUIRE_TLS", default: false, "`true`: `SCP_PORT` is not opened.")
    static let tlsMinimumVersion = Setting(
        "TLS_MINIMUM_VERSION", default: TLSSettings.MinimumVersion.tls12, "The oldest version of TLS that is accepted.")
    static let tlsClientCertificates = Setting(
        "TLS_CLIENT_CERTIFICATES", default: TLSSettings.ClientCertificates.none,
        "`required`: a client must show a certificate that one of `TLS_CLIENT_CA_CERTIFICATES` has signed.")
    static let tlsClientAuthorities = Setting<String?>(
        "TLS_CLIENT_CA_CERTIFICATES", "The authorities of clients' certificates, as a PEM file or text.")
    static let tlsReloadSeconds = Setting(
        "TLS_RELOAD_SECONDS", default: 60, in: 1...86_400,
        "Seconds between two looks at the PEM files. Changed files are used for new connections.")

    static let proxyProtocol = Setting(
        "PROXY_PROTOCOL", default: ProxyProtocolSettings.Mode.never,
        """
        `true`: every connection to a DICOM port must begin with the header of a load balancer (PROXY protocol, \
        version 1 or 2). `auto`: a connection from `PROXY_PROTOCOL_FROM` may begin with it.
        """,
        see: SettingDescription.Section("Behind a load balancer", "#behind-a-load-balancer"))
    static let proxyProtocolFrom = Setting<String?>(
        "PROXY_PROTOCOL_FROM", defaultText: "any address",
        """
        The load balancer's addresses and CIDR ranges, separated by commas. `auto` needs them. With \
        `PROXY_PROTOCOL=true`, connections from these must have the header, and connections from elsewhere are \
        accepted without it.
        """)
    static let healthPort = Setting<Int?>(
        "HEALTH_PORT", in: 0...65535,
        "The port for health checks by HTTP. 0: any free port, which the log names. Without it there is none.")

    static let aeTitle = Setting(
        "AE_TITLE", default: "STORESCP", values: "1 to 16 printable ASCII characters without backslash",
        "Our application entity title.")
    static let requireCalledAETitle = Setting(
        "REQUIRE_CALLED_AE_TITLE", default: false,
        """
        `true`: a request that calls another title than ours, and than those that `ROUTES` name, is rejected (permanent, \
        called AE title not recognised).
        """)
    static let requireCallingAETitle = Setting<String?>(
        "REQUIRE_CALLING_AE_TITLE", defaultText: "any title",
        "Calling AE titles, separated by commas. A request from any other title is rejected.")
    static let accessRules = Setting<String?>(
        "ACCESS_RULES", defaultText: "no rules",
        "JSON, or the path of a file that holds it: what each calling AE title may do, and from which addresses.",
        see: access)
    static let userIdentityTypes = Setting<String?>(
        "USER_IDENTITY_TYPES", defaultText: "none is required",
        "Types of user identity, 1 to 5, separated by commas. A request must prove an identity of one of them.",
        see: access)
    static let userIdentities = Setting<String?>(
        "USER_IDENTITIES", "JSON, or the path of a file that holds it: the users of types 1 and 2.", see: access)
    static let userIdentityURL = Setting<String?>(
        "USER_IDENTITY_URL", "The service that verifies the identities that `USER_IDENTITIES` does not list.",
        see: access)

    static let supportedSOPClassUIDs = Setting<String?>(
        "SUPPORTED_SOP_CLASS_UIDS", defaultText: "every storage class of studies, and private classes",
        "UIDs of the SOP classes that are accepted, separated by commas.")
    static let transferSyntaxPreference = Setting(
        "TRANSFER_SYNTAX_PREFERENCE", default: TransferSyntaxPreference.lossless,
        """
        Which transfer syntax is accepted when a sender proposes several for one presentation context. `lossless`: \
        losslessly compressed before video, uncompressed and lossily compressed, so that a sender does not degrade an \
        image that it holds in full. `sender`: the first acceptable one in the sender's order, so that senders which \
        name a file's own syntax first send a lossily compressed file as it is.
        """)
    static let rejectWithoutContext = Setting(
        "REJECT_WITHOUT_CONTEXT", default: false,
        """
        `true`: a request without any acceptable presentation context is rejected. `false`: it is accepted, the answer \
        says why each context was refused, and the sender decides.
        """)
    static let uidMismatch = Setting(
        "UID_MISMATCH", default: UIDMismatch.refuse,
        """
        What happens when the data set names another SOP class or instance than the command. `refuse`: the status is \
        A900H. `data-set`: key, file meta information and manifest have the data set's UIDs, and the answer repeats \
        those of the command. `data-set` is for senders whose command repeats the UIDs of the file meta information.
        """)
    static let incompleteDataSets = Setting(
        "INCOMPLETE_DATA_SETS", default: IncompleteDataSets.refuse,
        """
        What happens to a data set that ends too early. `refuse`: the status is C000H. `store`: it is stored, the \
        status is B007H, and the manifest marks the instance with `"incomplete": true`.
        """,
        see: SettingDescription.Section("Data sets", "receiver.md#data-sets"))

    static let drainTimeout = Setting(
        "DRAIN_TIMEOUT", default: 20, in: 1...3600,
        "Seconds after the first signal to stop, in which associations may end.")
    static let maximumPoolConnections = Setting(
        "MAX_POOL_CONNECTIONS", default: 50, in: 1...10_000, "Concurrent connections to S3 for instances.")
    static let maximumDocumentConnections = Setting(
        "MAX_DOCUMENT_CONNECTIONS", default: 16, in: 2...1000,
        """
        Concurrent connections to S3 for open markers and manifests. The task lease has two more connections for \
        itself.
        """)

    static let logLevel = Setting(
        "LOG_LEVEL", default: Logger.Level.info, values: "TRACE, DEBUG, INFO, WARN, ERROR, FATAL",
        "The lowest level of log lines that are written.")
    static let logFormat = Setting(
        "LOG_FORMAT", default: LogFormat.json, "`Text` is easier for a person to read. Log lines go to standard error.")
    static let metricsNamespace = Setting<String?>(
        "METRICS_NAMESPACE", "The CloudWatch namespace of the metrics. Without it no metrics are written.",
        see: SettingDescription.Section("Metrics", "#metrics"))
    static let metricsService = Setting(
        "METRICS_SERVICE", default: "StoreSCP", "The value of the metrics' dimension `Service`.")
    static let metricsRoutes = Setting<String?>(
        "METRICS_ROUTES", defaultText: "no route has metrics of its own",
        """
        Names of routes, separated by commas, at most \(CountedRoutes.maximum): their instances are counted by route \
        too, those of all other routes together.
        """,
        see: SettingDescription.Section("Metrics", "#metrics"))
}
