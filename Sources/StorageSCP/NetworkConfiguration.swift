import DICOMNetwork
import NIOCore

/// The limits on what a peer may make the receiver hold, and on how long the receiver waits for it.
struct NetworkConfiguration: Sendable {
    let associations: OpenAssociations.Limits
    let association: AssociationLimits
    let timeouts: AssociationTimeouts
    let reception: ReceptionLimits
    let maximumPDUSize: Int
    let maximumPresentationContexts: Int
    let maximumOperations: Int
    let maximumBufferBytes: Int
    /// For all connections, including those without an association.
    let connections: ConnectionTable.Limits

    /// 10,000 parts of 5 MiB: S3 accepts no more parts, and the receiver sends parts of this size.
    private static let maximumObjectBytes = 10_000 * (5 << 20)

    init(_ settings: Settings) throws(ConfigurationError) {
        let perPeer = try settings.integer("MAXIMUM_ASSOCIATIONS_PER_PEER", default: 0, in: 0...100_000)
        associations = OpenAssociations.Limits(
            total: try settings.integer("MAXIMUM_ASSOCIATIONS", default: 300, in: 1...100_000),
            perPeer: perPeer == 0 ? nil : perPeer,
            silentPerPeer: try settings.integer(
                "MAXIMUM_SILENT_ASSOCIATIONS_PER_PEER", default: 100, in: 1...100_000),
            silence: try settings.seconds("SILENCE_SECONDS", default: 30))
        connections = ConnectionTable.Limits(
            connections: associations.total
                + (try settings.integer("MAXIMUM_PENDING_CONNECTIONS", default: 1000, in: 1...1_000_000)),
            requestBytes: try settings.integer(
                "MAXIMUM_PENDING_REQUEST_BYTES", default: 16 << 20, in: (1 << 16)...(1 << 34)))
        var limits = AssociationLimits()
        limits.maximumAssociatePDULength = UInt32(
            try settings.integer("MAXIMUM_ASSOCIATE_PDU_SIZE", default: 1 << 20, in: 1024...(16 << 20)))
        limits.maximumItems = try settings.integer("MAXIMUM_ASSOCIATE_ITEMS", default: 16384, in: 16...1_000_000)
        limits.maximumDataPDULength = UInt32(
            try settings.integer("MAXIMUM_RECEIVED_PDU_SIZE", default: 1 << 20, in: 4096...(64 << 20)))
        limits.maximumPresentationDataValues = try settings.integer("MAXIMUM_PDVS", default: 8192, in: 1...1_000_000)
        limits.maximumCommandSetLength = try settings.integer(
            "MAXIMUM_COMMAND_SET_SIZE", default: 16 << 10, in: 256...(1 << 20))
        association = limits
        var timeouts = AssociationTimeouts()
        timeouts.artim = try settings.seconds("ASSOCIATION_TIMEOUT", default: 30)
        timeouts.network = try settings.seconds("NETWORK_TIMEOUT", default: 90)
        timeouts.dimse = try settings.seconds("DIMSE_TIMEOUT", default: 60)
        timeouts.message = try settings.seconds("MESSAGE_TIMEOUT", default: 3600)
        self.timeouts = timeouts
        reception = ReceptionLimits(
            maximumInstanceBytes: try settings.integer(
                "MAXIMUM_INSTANCE_BYTES", default: 10_000_000_000, in: 1...Self.maximumObjectBytes),
            maximumElementDepth: try settings.integer("MAXIMUM_ELEMENT_DEPTH", default: 64, in: 1...1024),
            maximumHeaderBytes: try settings.integer(
                "MAXIMUM_HEADER_BYTES", default: 2 << 20, in: (1 << 10)...(16 << 20)),
            uidMismatch: try settings.choice("UID_MISMATCH", default: UIDMismatch.refuse),
            incompleteDataSets: try settings.choice("INCOMPLETE_DATA_SETS", default: IncompleteDataSets.refuse))
        maximumPDUSize = try settings.evenInteger("MAXIMUM_PDU_SIZE", default: 256 << 10, in: 4096...(16 << 20))
        maximumPresentationContexts = try settings.integer("MAXIMUM_PRESENTATION_CONTEXTS", default: 128, in: 1...128)
        maximumOperations = try settings.integer("MAXIMUM_OPERATIONS", default: 16, in: 1...1000)
        maximumBufferBytes = try settings.integer(
            "MAXIMUM_BUFFER_BYTES", default: 128 << 20, in: (1 << 20)...(1 << 40))
    }
}

extension Settings {
    /// DCMTK's senders end the association when the maximum PDU length is odd.
    fileprivate func evenInteger(
        _ name: String, default value: Int, in range: ClosedRange<Int>
    ) throws(ConfigurationError) -> Int {
        let number = try integer(name, default: value, in: range)
        guard number.isMultiple(of: 2) else {
            throw ConfigurationError(name: name, value: "\(number)", expected: "an even number")
        }
        return number
    }

    fileprivate func seconds(_ name: String, default value: Int) throws(ConfigurationError) -> TimeAmount {
        .seconds(Int64(try integer(name, default: value, in: 1...86_400)))
    }
}
