import DICOMNetwork
import NIOCore

@testable import StorageSCP

/// What several suites need and none is about.
enum Samples {
    static func association(_ id: String, callingAETitle: String = "CT1", peer: String? = nil) throws -> Association {
        Association(
            id: id, callingAETitle: callingAETitle, calledAETitle: "STORESCP",
            peer: try peer.map { try SocketAddress(ipAddress: $0, port: 1) }, acceptedContexts: [:])
    }
}
