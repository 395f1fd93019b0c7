// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import ImportPipeline
import Logging
import NIOCore

@testable import StorageSCP

/// Values that several suites use.
enum Samples {
    static func association(_ id: String, callingAETitle: String = "CT1", peer: String? = nil) throws -> Association {
        Association(
            id: id, callingAETitle: callingAETitle, calledAETitle: "STORESCP",
            peer: try peer.map { try SocketAddress(ipAddress: $0, port: 1) }, acceptedContexts: [:])
    }

    static let classUID = SOPClass.ctImageStorage
    static let instanceUID = "1.2.3.4"
    static let origin = Delivery.Origin(callingAETitle: "CT1", calledAETitle: "STORESCP", peer: "127.0.0.1")

    static func deliveries(
        store: any InstanceStore, spawn: TaskSpawner = TaskSpawner(), logger: Logger
    ) -> Deliveries {
        Deliveries(
            store: store,
            limits: DeliveryLimits(
                quietSeconds: 1, maximumInstances: 10, maximumBytes: 1 << 30, maximumAgeSeconds: 60),
            lease: HeldLease(store: store, seconds: 60, spawn: spawn, logger: logger),
            associations: OpenAssociations(limits: OpenAssociations.Limits(total: 1)), spawn: spawn, logger: logger)
    }

    /// A service with its own store in memory.
    static func service(_ configuration: Configuration, logger: Logger) -> StorageService {
        let store = MemoryStore()
        let associations = OpenAssociations(limits: configuration.network.associations)
        return StorageService(
            configuration: configuration, store: store,
            deliveries: Deliveries(
                store: store, limits: configuration.delivery,
                lease: HeldLease(store: store, seconds: 60, logger: logger), associations: associations,
                logger: logger),
            associations: associations, uploads: UploadsInProgress(), logger: logger)
    }

    static let peer = MemoryShares.Peer(address: "127.0.0.1", callingAETitle: "CT1")

    static func reception(
        limits: ReceptionLimits, routes: AssociationRoutes = .none, budget: BufferBudget,
        service: any ReceptionService, eventLoop: any EventLoop
    ) throws -> InstanceReception {
        try InstanceReception(
            request: try storeRequest(), association: try association("a", peer: peer.address),
            fileMetaInformation: try fileMetaInformation(), limits: limits, routes: routes, budget: budget,
            service: service,
            eventLoop: eventLoop)
    }

    static func storeRequest() throws -> CStoreRequest {
        CStoreRequest(
            messageID: 1, affectedSOPClassUID: try UID(classUID), affectedSOPInstanceUID: try UID(instanceUID),
            presentationContextID: 1, transferSyntax: .explicitVRLittleEndian)
    }

    static func fileMetaInformation() throws -> FileMetaInformation {
        FileMetaInformation(
            mediaStorageSOPClassUID: try UID(classUID), mediaStorageSOPInstanceUID: try UID(instanceUID),
            transferSyntaxUID: try UID(TransferSyntax.explicitVRLittleEndian.uid),
            implementationClassUID: try UID("1.2"), implementationVersionName: nil, sourceApplicationEntityTitle: "CT1")
    }

    /// A data set in Explicit VR Little Endian. All lengths except that of the pixel data have 16 bits.
    static func dataSet(
        classUID: String = classUID, instanceUID: String = instanceUID, study: String? = "1.2", series: String? = "1.3",
        pixels: Int = 10
    ) -> [UInt8] {
        func element(_ tag: [UInt8], _ vr: String, _ value: [UInt8]) -> [UInt8] {
            let padded = value.count.isMultiple(of: 2) ? value : value + [0]
            return tag + Array(vr.utf8) + [UInt8(padded.count & 255), UInt8(padded.count >> 8)] + padded
        }
        var bytes = element([8, 0, 0x16, 0], "UI", Array(classUID.utf8))
        bytes += element([8, 0, 0x18, 0], "UI", Array(instanceUID.utf8))
        bytes += element([8, 0, 0x20, 0], "DA", Array("20261123".utf8))
        if let study { bytes += element([0x20, 0, 0x0D, 0], "UI", Array(study.utf8)) }
        if let series { bytes += element([0x20, 0, 0x0E, 0], "UI", Array(series.utf8)) }
        return bytes + element([0x28, 0, 2, 0], "US", [1, 0])
            + [0xE0, 0x7F, 0x10, 0] + Array("OB".utf8) + [0, 0]
            + (0..<4).map { UInt8(truncatingIfNeeded: pixels >> ($0 * 8)) } + [UInt8](repeating: 7, count: pixels)
    }
}
