import DICOMNetwork
import FoundationEssentials
import NIOCore

/// What a calling AE title may do, and from where. `ACCESS_RULES` holds a JSON array of these.
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
    /// Empty: every class that is supported.
    let sopClassUIDs: Set<String>
    /// Nil: as many as there may be at all.
    let maximumAssociations: Int?

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case callingAETitle, peers, rights, sopClassUIDs, maximumAssociations
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(ofAll: CodingKeys.self)
        guard let title = AETitle.value(of: try container.decode(String.self, forKey: .callingAETitle)) else {
            throw DecodingError.dataCorruptedError(
                forKey: .callingAETitle, in: container, debugDescription: "it is no AE title of 1 to 16 characters")
        }
        callingAETitle = title
        peers = try (container.decodeIfPresent([String].self, forKey: .peers) ?? []).map { text in
            guard let range = NetworkRange(text) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .peers, in: container, debugDescription: "\"\(text)\" is no address and no CIDR range")
            }
            return range
        }
        rights = try container.decodeIfPresent(Set<Right>.self, forKey: .rights) ?? [.store, .verify]
        sopClassUIDs = try container.decodeIfPresent(Set<String>.self, forKey: .sopClassUIDs) ?? []
        maximumAssociations = try container.decodeIfPresent(Int.self, forKey: .maximumAssociations)
    }

    func permits(peer: SocketAddress?) -> Bool {
        peers.isEmpty || peer.map { peer in peers.contains { $0.contains(peer) } } == true
    }
}
