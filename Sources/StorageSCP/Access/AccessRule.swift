// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import FoundationEssentials
import NIOCore

/// What the owner of a calling AE title may do, and from where. `ACCESS_RULES` holds a JSON array of these.
struct AccessRule: Decodable, Equatable, Sendable {
    enum Right: String, Decodable, Sendable {
        /// C-STORE.
        case store
        /// C-ECHO.
        case verify
    }

    let callingAETitle: String
    /// Empty: from anywhere.
    let peers: [NetworkRange]
    let rights: Set<Right>
    /// Empty: every supported SOP class.
    let sopClassUIDs: Set<String>
    /// Associations open at the same time; `nil` if only the receiver's own limits apply.
    let maximumAssociations: Int?

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case callingAETitle, peers, rights, sopClassUIDs, maximumAssociations
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(ofAll: CodingKeys.self)
        guard let title = AETitle.value(of: try container.decode(String.self, forKey: .callingAETitle)) else {
            throw DecodingError.dataCorruptedError(
                forKey: .callingAETitle, in: container,
                debugDescription: "expected 1 to 16 printable ASCII characters without a backslash")
        }
        callingAETitle = title
        peers = try (container.decodeIfPresent([String].self, forKey: .peers) ?? []).map { text in
            guard let range = NetworkRange(text) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .peers, in: container, debugDescription: "\"\(text)\" is not an IP address or a CIDR range")
            }
            return range
        }
        rights = try container.decodeIfPresent(Set<Right>.self, forKey: .rights) ?? [.store, .verify]
        sopClassUIDs = try container.decodeIfPresent(Set<String>.self, forKey: .sopClassUIDs) ?? []
        if let text = sopClassUIDs.sorted().first(where: { (try? UID($0)) == nil }) {
            throw DecodingError.dataCorruptedError(
                forKey: .sopClassUIDs, in: container, debugDescription: "\"\(text)\" is not a valid UID")
        }
        maximumAssociations = try container.decodeIfPresent(Int.self, forKey: .maximumAssociations)
        let bounds = ReceiverSettings.associationBounds
        if let maximumAssociations, !bounds.contains(maximumAssociations) {
            throw DecodingError.dataCorruptedError(
                forKey: .maximumAssociations, in: container,
                debugDescription: "\(maximumAssociations), expected a whole number from "
                    + "\(bounds.lowerBound) to \(bounds.upperBound)")
        }
    }

    func permits(peer: SocketAddress?) -> Bool {
        peers.isEmpty || peer.map { peer in peers.contains { $0.contains(peer) } } == true
    }
}
