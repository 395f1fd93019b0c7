// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import FoundationEssentials

/// Where the reports for one AE title are sent. `COMMITMENT_PEERS` holds a JSON array of these.
struct CommitmentPeer: Decodable, Equatable, Sendable {
    let aeTitle: String
    /// A name or an IP address.
    let host: String
    let port: Int
    let usesTLS: Bool
    /// The name that the peer's certificate must have; `nil`: `host`.
    let serverName: String?

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case aeTitle, host, port, tls, serverName
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(ofAll: CodingKeys.self)
        func error(_ key: CodingKeys, _ expected: String) -> DecodingError {
            .dataCorruptedError(forKey: key, in: container, debugDescription: "expected \(expected)")
        }
        guard let title = AETitle.value(of: try container.decode(String.self, forKey: .aeTitle)) else {
            throw error(.aeTitle, "1 to 16 printable ASCII characters without a backslash")
        }
        aeTitle = title
        host = try container.decode(String.self, forKey: .host)
        guard Self.isHost(host) else { throw error(.host, Self.hostWords) }
        port = try container.decode(Int.self, forKey: .port)
        guard (1...65_535).contains(port) else { throw error(.port, "a whole number from 1 to 65535") }
        usesTLS = try container.decodeIfPresent(Bool.self, forKey: .tls) ?? false
        serverName = try container.decodeIfPresent(String.self, forKey: .serverName)
        if let serverName {
            guard usesTLS else { throw error(.serverName, "\"tls\": true beside it") }
            guard Self.isHost(serverName) else { throw error(.serverName, Self.hostWords) }
        }
    }

    private static let hostWords = "a host's name or an IP address: 1 to 253 of letters, digits, '.', '-', '_' and ':'"

    private static func isHost(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy {
                switch $0 {
                case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_", ":": true
                default: false
                }
            }
    }
}
