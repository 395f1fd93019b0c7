// SPDX-License-Identifier: Apache-2.0

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

    init(_ settings: Settings) throws(ConfigurationError) {
        let perPeer = try settings.integer(ReceiverSettings.maximumAssociationsPerPeer)
        associations = OpenAssociations.Limits(
            total: try settings.integer(ReceiverSettings.maximumAssociations),
            perPeer: perPeer == 0 ? nil : perPeer,
            silentPerPeer: try settings.integer(ReceiverSettings.maximumSilentAssociationsPerPeer),
            silence: try settings.seconds(ReceiverSettings.silenceSeconds))
        connections = ConnectionTable.Limits(
            connections: associations.total + (try settings.integer(ReceiverSettings.maximumPendingConnections)),
            requestBytes: try settings.integer(ReceiverSettings.maximumPendingRequestBytes))
        var limits = AssociationLimits()
        limits.maximumAssociatePDULength = UInt32(try settings.integer(ReceiverSettings.maximumAssociatePDUSize))
        limits.maximumItems = try settings.integer(ReceiverSettings.maximumAssociateItems)
        limits.maximumDataPDULength = UInt32(try settings.integer(ReceiverSettings.maximumReceivedPDUSize))
        limits.maximumPresentationDataValues = try settings.integer(ReceiverSettings.maximumPDVs)
        limits.maximumCommandSetLength = try settings.integer(ReceiverSettings.maximumCommandSetSize)
        association = limits
        var timeouts = AssociationTimeouts()
        timeouts.artim = try settings.seconds(ReceiverSettings.associationTimeout)
        timeouts.network = try settings.seconds(ReceiverSettings.networkTimeout)
        timeouts.dimse = try settings.seconds(ReceiverSettings.dimseTimeout)
        timeouts.message = try settings.seconds(ReceiverSettings.messageTimeout)
        self.timeouts = timeouts
        reception = ReceptionLimits(
            maximumInstanceBytes: try settings.integer(ReceiverSettings.maximumInstanceBytes),
            maximumElementDepth: try settings.integer(ReceiverSettings.maximumElementDepth),
            maximumHeaderBytes: try settings.integer(ReceiverSettings.maximumHeaderBytes),
            uidMismatch: try settings.choice(ReceiverSettings.uidMismatch),
            incompleteDataSets: try settings.choice(ReceiverSettings.incompleteDataSets))
        maximumPDUSize = try settings.evenInteger(ReceiverSettings.maximumPDUSize)
        maximumPresentationContexts = try settings.integer(ReceiverSettings.maximumPresentationContexts)
        maximumOperations = try settings.integer(ReceiverSettings.maximumOperations)
        maximumBufferBytes = try settings.integer(ReceiverSettings.maximumBufferBytes)
    }
}

extension Settings {
    /// DCMTK's senders end the association when the maximum PDU length is odd.
    fileprivate func evenInteger(_ setting: Setting<Int>) throws(ConfigurationError) -> Int {
        let number = try integer(setting)
        guard number.isMultiple(of: 2) else {
            throw ConfigurationError(name: setting.name, value: "\(number)", expected: "an even number")
        }
        return number
    }

    fileprivate func seconds(_ setting: Setting<Int>) throws(ConfigurationError) -> TimeAmount {
        .seconds(Int64(try integer(setting)))
    }
}
