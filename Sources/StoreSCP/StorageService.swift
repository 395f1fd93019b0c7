import DICOM
import DICOMNetwork
import ImportPipeline
import Logging
import NIOCore

/// Decides on associations and receives their instances: the application behind the network.
final class StorageService: AssociationService {
    static let implementationClassUID = "2.25.296761367846566554451742218492403725020"
    static let implementationVersionName = "SWIFT_STORE_1"

    private let configuration: Configuration
    private let store: any InstanceStore
    private let deliveries: Deliveries
    private let logger: Logger
    private let policy: AcceptancePolicy
    private let associations: OpenAssociations

    init(
        configuration: Configuration, store: any InstanceStore, deliveries: Deliveries,
        associations: OpenAssociations, logger: Logger
    ) {
        self.associations = associations
        self.configuration = configuration
        self.store = store
        self.deliveries = deliveries
        self.logger = logger
        let supported = configuration.sopClassUIDs
        policy = AcceptancePolicy(
            acceptsAbstractSyntax: { abstractSyntax in
                guard AcceptancePolicy.isStorageOrVerification(abstractSyntax) else { return false }
                return supported.isEmpty || abstractSyntax == SOPClass.verification
                    || supported.contains(abstractSyntax)
            },
            maximumLength: UInt32(configuration.maximumPDUSize),
            implementationClassUID: Self.implementationClassUID,
            implementationVersionName: Self.implementationVersionName)
    }

    func decide(on request: AAssociateRQ, from peer: SocketAddress?) -> AssociationDecision {
        if configuration.requiresCalledAETitle, request.calledAETitle != AETitle(configuration.aeTitle) {
            return .reject(.calledAETitleNotRecognized)
        }
        if !configuration.callingAETitles.isEmpty,
            !configuration.callingAETitles.contains(request.callingAETitle.value)
        {
            return .reject(.callingAETitleNotRecognized)
        }
        let hasRoom = associations.reserve(atMost: configuration.maximumAssociations)
        return hasRoom ? .accept(policy) : .reject(.localLimitExceeded)
    }

    func associationAccepted(_ association: Association) {
        associations.opened(association.id)
        logger.debug("association accepted", metadata: Self.metadata(of: association))
    }

    func instanceBegins(
        _ request: CStoreRequest, on association: Association, eventLoop: any EventLoop
    ) -> InstanceDecision {
        do {
            let meta = FileMetaInformation(
                mediaStorageSOPClassUID: request.affectedSOPClassUID,
                mediaStorageSOPInstanceUID: request.affectedSOPInstanceUID,
                transferSyntaxUID: try UID(request.transferSyntax.uid),
                implementationClassUID: try UID(Self.implementationClassUID),
                implementationVersionName: Self.implementationVersionName,
                sourceApplicationEntityTitle: association.callingAETitle)
            let sender = InstanceUpload.Sender(
                associationID: association.id,
                origin: Delivery.Origin(
                    callingAETitle: association.callingAETitle, calledAETitle: association.calledAETitle,
                    peer: association.peer?.ipAddress ?? "unknown"))
            let deliveries = configuration.importUnit == .delivery ? deliveries : nil
            return .receive(
                try InstanceReception(
                    request: request, fileMetaInformation: meta, partSize: store.partSize, eventLoop: eventLoop
                ) { [store, logger] instance in
                    InstanceUpload(
                        instance: instance, sender: sender, store: store, deliveries: deliveries, logger: logger)
                })
        } catch {
            logger.error("instance cannot be received", error: error, metadata: Self.metadata(of: association))
            return .refuse(.processingFailure, comment: "The receiver cannot take a data set")
        }
    }

    func associationEnded(_ summary: AssociationSummary) {
        if let association = summary.association {
            associations.ended(association.id)
            Task { [deliveries] in await deliveries.associationEnded(association.id) }
        }
        logger.info(
            "association ended",
            metadata: [
                "association": "\(summary.id)", "peer": "\(summary.peer?.ipAddress ?? "unknown")",
                "callingAE": "\(summary.callingAETitle ?? "")", "calledAE": "\(summary.calledAETitle ?? "")",
                "end": "\(summary.end)", "instancesStored": "\(summary.instancesStored)",
                "instancesFailed": "\(summary.instancesFailed)", "bytes": "\(summary.bytes)",
                "milliseconds": "\(summary.duration.nanoseconds / 1_000_000)",
            ])
    }

    private static func metadata(of association: Association) -> Logger.Metadata {
        [
            "association": "\(association.id)", "peer": "\(association.peer?.ipAddress ?? "unknown")",
            "callingAE": "\(association.callingAETitle)", "calledAE": "\(association.calledAETitle)",
        ]
    }
}
