// SPDX-License-Identifier: Apache-2.0

import Commitment
import DICOM
import DICOMNetwork
import HTTP
import ImportPipeline
import Logging
import NIOCore
import Synchronization

/// Decides on associations and receives their instances.
final class StorageService: AssociationService, ReceptionService {
    static let implementationClassUID = "2.25.296761367846566554451742218492403725020"
    private static let implementationUID = try? UID(implementationClassUID)
    static let implementationVersionName = ProductVersion.implementationVersionName

    private let configuration: Configuration
    private let destination: InstanceUpload.Destination
    private let deliveries: Deliveries
    let associations: OpenAssociations
    private let access: AssociationAccess
    private let routing: Routing
    private let identities: UserIdentityVerifier
    private let pendingVerifications = Mutex(
        FairShares<String>(maximum: maximumPendingVerifications, factor: verificationShareFactor))
    private let turns = PerEventLoop<Turns>()
    let budget: BufferBudget
    /// `nil` if storage commitment is not provided.
    let commitments: (any CommitmentService)?
    let commitmentLimits: CommitmentRequestLimits
    /// By association.
    let reporters = Mutex<[String: AssociationReporter]>([:])
    private let counts: ReceiverCounts
    private let advice: ConnectionAdvice
    let logger: Logger

    /// The number of user identities that are verified at the same time. Beyond it, associations are rejected for the
    /// moment.
    static let maximumPendingVerifications = 100
    /// Anyone who can connect can ask for a verification. So an address may have as many of them as are free, which is
    /// half of them if it is alone.
    private static let verificationShareFactor = 1

    init(
        configuration: Configuration, store: any InstanceStore, deliveries: Deliveries,
        associations: OpenAssociations, routing: Routing? = nil, uploads: UploadsInProgress,
        counts: ReceiverCounts = ReceiverCounts(), commitments: (any CommitmentService)? = nil,
        commitmentLimits: CommitmentRequestLimits = CommitmentRequestLimits(), logger: Logger
    ) {
        let routing = routing ?? Routing(configuration.routes.table ?? .none, associations: associations)
        self.routing = routing
        self.configuration = configuration
        self.deliveries = deliveries
        self.associations = associations
        self.counts = counts
        self.commitments = commitments
        self.commitmentLimits = commitmentLimits
        self.logger = logger
        destination = InstanceUpload.Destination(
            store: store, deliveries: deliveries, uploads: uploads, counts: counts, logger: logger)
        access = AssociationAccess(configuration: configuration, routing: routing)
        advice = ConnectionAdvice(configuration: configuration)
        identities = UserIdentityVerifier(configuration: configuration.userIdentity, client: HTTPClient())
        budget = BufferBudget(bytes: configuration.network.maximumBufferBytes)
    }

    // MARK: Associations

    func received(_ request: AAssociateRQ, from peer: SocketAddress?, association: String) {
        NegotiationLog(logger: logger).received(request, from: peer, association: association)
    }

    func answered(_ request: AAssociateRQ, with answer: AAssociateAC, association: String) {
        NegotiationLog(logger: logger).answered(request, with: answer, association: association)
    }

    func decide(
        on request: AAssociateRQ, from peer: SocketAddress?, eventLoop: any EventLoop
    ) -> EventLoopFuture<AssociationDecision> {
        if let rejection = access.rejection(of: request, from: peer) {
            return eventLoop.makeSucceededFuture(.reject(rejection))
        }
        guard !configuration.userIdentity.kinds.isEmpty else {
            return eventLoop.makeSucceededFuture(.accept(policy(for: request, userIdentityServerResponse: nil)))
        }
        let address = peer?.ipAddress ?? "unknown"
        let begins = pendingVerifications.withLock { pending in
            guard pending.hasRoom(for: address) else { return false }
            pending.add(1, of: address)
            return true
        }
        guard begins else {
            let rejection = AssociationRejection(
                .temporaryCongestion,
                reason: "too many user identities are being verified, in total or from this address")
            return eventLoop.makeSucceededFuture(.reject(rejection))
        }
        return eventLoop.makeFutureWithTask {
            defer { self.pendingVerifications.withLock { $0.add(-1, of: address) } }
            return await self.verifyUserIdentity(of: request, from: peer)
        }
    }

    func admit(_ association: Association) -> AssociationRejection? {
        let maximumOfTitle = access.maximumAssociations(of: association.callingAETitle)
        if let limit = associations.admit(association, atMostOfTitle: maximumOfTitle) { return limit.rejection }
        counts.associationAccepted()
        logger.debug("association accepted", metadata: Self.metadata(of: association))
        return nil
    }

    func nextTurn(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        turns.value(of: eventLoop) { _ in Turns(of: eventLoop) }.next()
    }

    func associationEnded(_ summary: AssociationSummary) {
        var metadata = summary.metadata
        metadata["hint"] = advice.hint(about: summary.end).map { "\($0)" }
        if let association = summary.association {
            metadata["instancesDiscarded"] = associations.discarded(of: association.id).map { "\($0)" }
            metadata["linesNotWritten"] = linesNotWritten(of: association).map { "\($0)" }
            endReporter(of: association)
            associations.ended(association.id)
            routing.associationEnded(association.id)
            deliveries.associationEnded(association.id, isReleased: summary.end == .released)
        }
        if case .rejected = summary.end { counts.associationRejected() }
        counts.instancesFailed(summary.instancesFailed)
        logger.info("association ended", metadata: metadata)
    }

    private func verifyUserIdentity(of request: AAssociateRQ, from peer: SocketAddress?) async -> AssociationDecision {
        do {
            switch try await identities.verify(request, peer: peer?.ipAddress ?? "unknown") {
            case .accepted(let response): return .accept(policy(for: request, userIdentityServerResponse: response))
            case .rejected(let doubt):
                return .reject(
                    AssociationRejection(
                        .userIdentityNotAccepted, reason: doubt.rawValue,
                        hint: "USER_IDENTITY_TYPES, USER_IDENTITIES, USER_IDENTITY_URL"))
            }
        } catch {
            logger.error(
                "user identity not verified: the peer is asked to try again later", error: error,
                metadata: ["callingAE": "\(request.callingAETitle)", "peer": "\(peer?.ipAddress ?? "unknown")"])
            return .reject(
                AssociationRejection(
                    .temporaryCongestion, reason: "the user identity could not be verified",
                    hint: "USER_IDENTITY_URL"))
        }
    }

    private func policy(for request: AAssociateRQ, userIdentityServerResponse: [UInt8]?) -> AcceptancePolicy {
        var policy = AcceptancePolicy(
            supportsAbstractSyntax: { [configuration, isCommitting = commitments != nil] in
                $0 == SOPClass.storageCommitmentPushModel
                    ? isCommitting : configuration.supports(abstractSyntax: $0)
            },
            maximumLength: UInt32(configuration.network.maximumPDUSize),
            implementationClassUID: Self.implementationClassUID,
            implementationVersionName: Self.implementationVersionName)
        let title = request.callingAETitle.value
        policy.permitsAbstractSyntax = { [access] in access.permits($0, to: title) }
        policy.maximumPresentationContexts = configuration.network.maximumPresentationContexts
        policy.maximumOperations = UInt16(configuration.network.maximumOperations)
        policy.transferSyntaxPreference = configuration.transferSyntaxPreference
        policy.rejectsWithoutContext = configuration.rejectsWithoutContext
        policy.userIdentityServerResponse = userIdentityServerResponse
        return policy
    }

    // MARK: Instances

    func instanceBegins(
        _ request: CStoreRequest, on association: Association, eventLoop: any EventLoop
    ) -> RequestDecision {
        let sopClass = request.affectedSOPClassUID
        // The SOP class of a request may differ from the abstract syntax of its presentation context, which may name a
        // related general SOP class.
        guard configuration.supports(storage: sopClass) else {
            let isWithoutStudy = SOPClass.isStorage(sopClass) && !SOPClass.isStorageInStudies(sopClass)
            return .refuse(
                .sopClassNotSupported,
                comment: isWithoutStudy ? "Instances of the SOP class have no study" : "The SOP class is not supported")
        }
        guard access.permits(sopClass.value, to: association.callingAETitle) else {
            return .refuse(.notAuthorized, comment: "The SOP class is not permitted to this calling AE title")
        }
        do {
            return .receive(try reception(of: request, on: association, eventLoop: eventLoop))
        } catch {
            logger.error(
                "instance refused: the receiver could not begin to receive it", error: error,
                metadata: Self.metadata(of: association))
            return .refuse(.outOfResources, comment: "The receiver cannot take a data set now")
        }
    }

    private func reception(
        of request: CStoreRequest, on association: Association, eventLoop: any EventLoop
    ) throws -> InstanceReception {
        let meta = FileMetaInformation(
            mediaStorageSOPClassUID: request.affectedSOPClassUID,
            mediaStorageSOPInstanceUID: request.affectedSOPInstanceUID,
            transferSyntaxUID: try UID(request.transferSyntax.uid),
            implementationClassUID: Self.implementationUID,
            implementationVersionName: Self.implementationVersionName,
            sourceApplicationEntityTitle: association.callingAETitle)
        return try InstanceReception(
            request: request, association: association, fileMetaInformation: meta,
            limits: configuration.network.reception, routes: routing.routes(of: association), budget: budget,
            service: self, eventLoop: eventLoop)
    }

    func upload(
        _ instance: ReceivedInstance, to destination: DeliveryDestination, beginning: ByteBuffer, memory: BufferShare,
        of request: CStoreRequest, on association: Association, eventLoop: any EventLoop
    ) throws(InstanceProblem) -> InstanceUpload {
        if !instance.isNamed(by: request) { try checkClass(of: instance, from: association) }
        return try InstanceUpload(
            instance: instance, beginning: beginning,
            sender: InstanceUpload.Sender(of: association, to: destination), destination: self.destination,
            memory: memory, eventLoop: eventLoop)
    }

    /// Checks the SOP class of the data set. The SOP class of the request has been checked before.
    private func checkClass(of instance: ReceivedInstance, from association: Association) throws(InstanceProblem) {
        guard configuration.supports(storage: instance.sopClassUID) else {
            throw .classNotSupported(instance.sopClassUID)
        }
        guard access.permits(instance.sopClassUID.value, to: association.callingAETitle) else {
            throw .classNotPermitted(instance.sopClassUID)
        }
    }

    func refused(_ request: CStoreRequest, because problem: InstanceProblem, on association: Association) {
        if case .refusedByRoute(let route, _) = problem { counts.instanceRefused(by: route) }
        log("instance refused", at: .warning, of: association, metadata: problem.metadata.naming(request))
    }

    func discarded(_ request: CStoreRequest, by route: String, on association: Association) {
        counts.instanceDiscarded(by: route)
        associations.countDiscarded(association.id)
        log(
            "instance discarded by a route", at: .notice, of: association,
            metadata: ["route": "\(route)"].naming(request))
    }

    func takes(_ request: CStoreRequest, despite ending: DataSetWalk.Ending, on association: Association) {
        log(
            "instance stored as received", at: .notice, of: association, metadata: ending.metadata.naming(request))
    }

    func countEviction(of association: Association) -> Int {
        associations.countEviction(association.id)
    }

    private static func metadata(of association: Association) -> Logger.Metadata {
        [
            "association": "\(association.id)", "peer": "\(association.peerAddress ?? "unknown")",
            "callingAE": "\(association.callingAETitle)", "calledAE": "\(association.calledAETitle)",
        ]
    }
}

extension Configuration {
    fileprivate func supports(abstractSyntax: String) -> Bool {
        AcceptancePolicy.isStorageOrVerification(abstractSyntax)
            && (abstractSyntax == SOPClass.verification || lists(abstractSyntax))
    }

    fileprivate func supports(storage sopClass: UID) -> Bool {
        SOPClass.isStorageInStudies(sopClass) && lists(sopClass.value)
    }

    private func lists(_ sopClass: String) -> Bool {
        sopClassUIDs.isEmpty || sopClassUIDs.contains(sopClass)
    }
}

extension OpenAssociations.ReachedLimit {
    fileprivate var rejection: AssociationRejection {
        let (reason, hint) =
            switch self {
            case .total(let maximum): ("too many associations are open in total", "MAXIMUM_ASSOCIATIONS=\(maximum)")
            case .ofAddress(let maximum):
                ("too many associations are open from this address", "MAXIMUM_ASSOCIATIONS_PER_PEER=\(maximum)")
            case .ofTitle(let maximum):
                (
                    "too many associations of this calling AE title are open",
                    "ACCESS_RULES: maximumAssociations is \(maximum)"
                )
            }
        return AssociationRejection(.localLimitExceeded, reason: reason, hint: hint)
    }
}
