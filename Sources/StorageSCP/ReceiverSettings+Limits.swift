// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import ImportPipeline
import NIOCore

extension ReceiverSettings {
    /// What a peer may make the receiver hold, and how long the receiver waits for it.
    package static let limits: [SettingDescription] = [
        maximumAssociations.description, maximumAssociationsPerPeer.description,
        maximumSilentAssociationsPerPeer.description, silenceSeconds.description,
        maximumPendingConnections.description, maximumPendingRequestBytes.description,
        maximumAssociatePDUSize.description, maximumAssociateItems.description,
        maximumPresentationContexts.description, maximumPDUSize.description, maximumReceivedPDUSize.description,
        maximumPDVs.description, maximumCommandSetSize.description, maximumElementDepth.description,
        maximumHeaderBytes.description, maximumInstanceBytes.description, maximumOperations.description,
        maximumBufferBytes.description, maximumOpenings.description, maximumOpenDeliveries.description,
        maximumOpenInstances.description, maximumRepeats.description,
        commitmentMaximumReferences.description, commitmentMaximumOpen.description,
        commitmentMaximumOpenPerTitle.description,
        associationTimeout.description, networkTimeout.description, dimseTimeout.description,
        messageTimeout.description,
    ]

    private static let association = AssociationLimits()
    private static let capacity = DeliveryCapacity()
    private static let upToADay = 1...86_400
    /// The receiver's own limit, and the limit of an access rule.
    static let associationBounds = 1...100_000
    /// 10,000 parts of 5 MiB, as S3 takes them.
    private static let maximumObjectBytes = 10_000 * (5 << 20)

    private static func seconds(_ timeout: KeyPath<AssociationTimeouts, TimeAmount>) -> Int {
        Int(AssociationTimeouts()[keyPath: timeout].nanoseconds / 1_000_000_000)
    }

    static let maximumAssociations = Setting(
        "MAXIMUM_ASSOCIATIONS", default: 300, in: associationBounds, "Concurrent associations.",
        beyond: """
            a silent association is aborted for a peer that has fewer; if none is silent, A-ASSOCIATE-RJ (transient, \
            local limit exceeded)
            """,
        see: SettingDescription.Section("Fairness", "#fairness"))
    static let maximumAssociationsPerPeer = Setting(
        "MAXIMUM_ASSOCIATIONS_PER_PEER", default: 0, in: 0...100_000, defaultText: "0, no limit",
        "Concurrent associations from one address. Use it behind a load balancer only with `PROXY_PROTOCOL`.",
        beyond: "A-ASSOCIATE-RJ (transient, local limit exceeded)")
    static let maximumSilentAssociationsPerPeer = Setting(
        "MAXIMUM_SILENT_ASSOCIATIONS_PER_PEER", default: 100, in: 1...100_000,
        "Silent associations of one calling AE title from one address.",
        beyond: "the one that has been silent the longest is aborted when another is opened")
    static let silenceSeconds = Setting(
        "SILENCE_SECONDS", default: 30, in: upToADay,
        "Seconds without a received byte after which an association is silent, unless the peer was waiting for us.")
    static let maximumPendingConnections = Setting(
        "MAXIMUM_PENDING_CONNECTIONS", default: 1000, in: 1...1_000_000,
        """
        Connections in addition to `MAXIMUM_ASSOCIATIONS`: those that have not asked for an association yet, and those \
        that were rejected and are not closed yet.
        """,
        beyond: "the oldest connection of the peer that has most is closed")
    static let maximumPendingRequestBytes = Setting(
        "MAXIMUM_PENDING_REQUEST_BYTES", default: 16 << 20, in: (1 << 16)...(1 << 34),
        """
        Memory for all A-ASSOCIATE-RQs that are incomplete or not decided on yet (up to twice their bytes). It also \
        holds unprocessed bytes of peers that have ended their side of the connection.
        """,
        beyond: "A-ABORT for the largest one of the peer that holds most")
    static let maximumAssociatePDUSize = Setting(
        "MAXIMUM_ASSOCIATE_PDU_SIZE", default: Int(association.maximumAssociatePDULength), in: 1024...(16 << 20),
        "Bytes of an A-ASSOCIATE-RQ.", beyond: "A-ABORT")
    static let maximumAssociateItems = Setting(
        "MAXIMUM_ASSOCIATE_ITEMS", default: association.maximumItems, in: 16...1_000_000,
        "Items, sub-items and related SOP classes in an A-ASSOCIATE-RQ.", beyond: "A-ABORT")
    static let maximumPresentationContexts = Setting(
        "MAXIMUM_PRESENTATION_CONTEXTS", default: 128, in: 1...128, "Presentation contexts that are accepted.",
        beyond: "further contexts are refused, result 2")
    static let maximumPDUSize = Setting(
        "MAXIMUM_PDU_SIZE", default: 256 << 10, in: 4096...(16 << 20),
        values: "an even number from 4096 to \(16 << 20)",
        "The maximum PDU length that the receiver announces.")
    static let maximumReceivedPDUSize = Setting(
        "MAXIMUM_RECEIVED_PDU_SIZE", default: Int(association.maximumDataPDULength), in: 4096...(64 << 20),
        "Bytes of a P-DATA-TF, for peers that exceed the announced length.",
        beyond: "A-ABORT, invalid PDU parameter value")
    static let maximumPDVs = Setting(
        "MAXIMUM_PDVS", default: association.maximumPresentationDataValues, in: 1...1_000_000, "PDVs in a P-DATA-TF.",
        beyond: "A-ABORT, invalid PDU parameter value")
    static let maximumCommandSetSize = Setting(
        "MAXIMUM_COMMAND_SET_SIZE", default: association.maximumCommandSetLength, in: 256...(1 << 20),
        "Bytes of a command set.", beyond: "A-ABORT by the service user")
    static let maximumElementDepth = Setting(
        "MAXIMUM_ELEMENT_DEPTH", default: 64, in: 1...1024, "Levels of nested sequences and items.",
        beyond: "C000H; if it occurs after the UIDs, the data set is stored, and the rest of it is not checked")
    static let maximumHeaderBytes = Setting(
        "MAXIMUM_HEADER_BYTES", default: 2 << 20, in: (1 << 10)...(16 << 20),
        "Bytes of a data set, as sent, up to the UIDs that the receiver needs.", beyond: "C000H")
    static let maximumInstanceBytes = Setting(
        "MAXIMUM_INSTANCE_BYTES", default: HealthImagingLimits.maximumBytes, in: 1...maximumObjectBytes,
        "Bytes of a data set, as sent. The default is the limit of one import job.", beyond: "A700H")
    static let maximumOperations = Setting(
        "MAXIMUM_OPERATIONS", default: 16, in: 1...1000,
        "Outstanding operations of a peer that negotiates more than one.",
        beyond: "further messages wait in the socket")
    static let maximumBufferBytes = Setting(
        "MAXIMUM_BUFFER_BYTES", default: 128 << 20, in: (1 << 20)...(1 << 40),
        "Memory for all instances that are being received.", beyond: "the peer waits",
        see: SettingDescription.Section("Memory", "#memory"))
    static let maximumOpenings = Setting<Int?>(
        "MAXIMUM_OPENINGS", in: 0...999, defaultText: "a third of `MAX_DOCUMENT_CONNECTIONS`",
        values: "0 to `MAX_DOCUMENT_CONNECTIONS` - 1",
        "Deliveries that are being opened at the same time. 0: no limit.",
        beyond: "the sender waits for up to 60 seconds; then A700H", see: manyStudies)
    static let maximumOpenDeliveries = Setting(
        "MAXIMUM_OPEN_DELIVERIES", default: capacity.maximumOpen, in: 1...1_000_000,
        "Deliveries whose manifests are not written yet.",
        beyond: "the delivery that has been quiet the longest closes early", see: manyStudies)
    static let maximumOpenInstances = Setting(
        "MAXIMUM_OPEN_INSTANCES", default: capacity.maximumInstances, in: 1...100_000_000,
        "Instances in all deliveries whose manifests are not written yet.",
        beyond: """
            from half of it on, the oldest deliveries close early. A calling AE title that has eight times what is \
            free, or half of it and repeats an instance of an open delivery, is told A700H
            """)
    static let maximumRepeats = Setting(
        "MAXIMUM_REPEATS", default: capacity.maximumRepeats, in: 1...1000,
        "Deliveries of one calling AE title and study that repeat one another and are not closed yet.", beyond: "A700H",
        see: SettingDescription.Section("Repeats", "#repeats"))
    static let associationTimeout = Setting(
        "ASSOCIATION_TIMEOUT", default: seconds(\.artim), in: upToADay,
        """
        Seconds from the connection to the complete A-ASSOCIATE-RQ, and from our last PDU to the end of the connection \
        (ARTIM).
        """,
        beyond: "the connection is closed")
    static let networkTimeout = Setting(
        "NETWORK_TIMEOUT", default: seconds(\.network), in: upToADay,
        "Seconds without a complete PDU between messages.",
        beyond: "A-ABORT by the service user")
    static let dimseTimeout = Setting(
        "DIMSE_TIMEOUT", default: seconds(\.dimse), in: upToADay, "Seconds without a complete PDU inside a message.",
        beyond: "A-ABORT by the service user")
    static let messageTimeout = Setting(
        "MESSAGE_TIMEOUT", default: seconds(\.message), in: upToADay,
        "Seconds for a whole message, without the time that the store takes.", beyond: "A-ABORT by the service user")
}
