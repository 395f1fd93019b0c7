import DICOMNetwork

/// What the log advises whoever runs the receiver or a sender to look at: settings by their names, with their values.
struct ConnectionAdvice: Sendable {
    private let network: NetworkConfiguration

    init(configuration: Configuration) {
        network = configuration.network
    }

    /// Nil where the end says all.
    func hint(about end: AssociationEnd) -> String? {
        switch end {
        case .rejected(let rejection): rejection.hint
        case .timedOut(let timeout): hint(about: timeout)
        case .abortedByUs(let cause): hint(about: cause)
        case .released, .releasedByUs, .abortedByPeer, .connectionLost: nil
        }
    }

    private func hint(about timeout: AssociationEnd.Timeout) -> String {
        let (name, time) =
            switch timeout {
            case .artim: ("ASSOCIATION_TIMEOUT", network.timeouts.artim)
            case .network: ("NETWORK_TIMEOUT", network.timeouts.network)
            case .dimse: ("DIMSE_TIMEOUT", network.timeouts.dimse)
            case .message: ("MESSAGE_TIMEOUT", network.timeouts.message)
            }
        return "\(name)=\(time.nanoseconds / 1_000_000_000)"
    }

    private func hint(about cause: AssociationEnd.AbortCause) -> String? {
        switch cause {
        case .invalidPDU(let error): hint(about: error)
        case .message(.commandSetLengthExceedsMaximum(_, let maximum)): "MAXIMUM_COMMAND_SET_SIZE=\(maximum)"
        case .displaced(let reason): hint(about: reason)
        case .unexpectedPDU, .message, .drained, .notWanted: nil
        }
    }

    private func hint(about error: PDUDecodingError) -> String? {
        let limits = network.association
        return switch error {
        // Lower maxima are not settings: they are for PDUs that are not due.
        case .lengthExceedsMaximum(.associateRQ, _, limits.maximumAssociatePDULength):
            "MAXIMUM_ASSOCIATE_PDU_SIZE=\(limits.maximumAssociatePDULength)"
        case .lengthExceedsMaximum(.dataTF, _, let maximum) where maximum > 0:
            "MAXIMUM_RECEIVED_PDU_SIZE=\(limits.maximumDataPDULength)"
        case .tooManyItems(let maximum): "MAXIMUM_ASSOCIATE_ITEMS=\(maximum)"
        case .tooManyPresentationDataValues(let maximum): "MAXIMUM_PDVS=\(maximum)"
        default: nil
        }
    }

    private func hint(about reason: Displacement) -> String? {
        switch reason {
        case .connections:
            "MAXIMUM_PENDING_CONNECTIONS=\(network.connections.connections - network.associations.total)"
        case .requestBytes: "MAXIMUM_PENDING_REQUEST_BYTES=\(network.connections.requestBytes)"
        case .associations: "MAXIMUM_ASSOCIATIONS=\(network.associations.total)"
        case .silentAssociations: "MAXIMUM_SILENT_ASSOCIATIONS_PER_PEER=\(network.associations.silentPerPeer)"
        case .shutdown: nil
        }
    }
}
