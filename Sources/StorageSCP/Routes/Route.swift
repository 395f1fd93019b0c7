// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import ImportPipeline
import NIOCore

/// One route of `ROUTES`: its conditions, all of which must hold, and what happens to the instances for which they do.
struct Route: Equatable, Sendable {
    struct AttributeCondition: Equatable, Sendable {
        let tag: Tag
        let patterns: [RoutePattern]
    }

    let name: String
    let action: RouteAction
    /// Empty: any. The titles are exact: they are those under which the receiver can be called.
    let calledAETitles: [String]
    /// Empty: any.
    let callingAETitles: [RoutePattern]
    /// Empty: from anywhere.
    let peers: [NetworkRange]
    /// Empty: any.
    let sopClassUIDs: Set<String>
    /// `Modality` is one of them.
    let attributes: [AttributeCondition]

    /// Whether the conditions on the association hold that do not concern the called AE title.
    func takesAssociation(from callingAETitle: String, peer: SocketAddress?) -> Bool {
        (callingAETitles.isEmpty || callingAETitles.contains { $0.matches(callingAETitle) })
            && (peers.isEmpty || peer.map { peer in peers.contains { $0.contains(peer) } } == true)
    }

    /// Whether every instance of an association that the route takes matches.
    var takesEveryInstance: Bool { sopClassUIDs.isEmpty && attributes.isEmpty }

    /// Whether it matches every instance of every association.
    var takesEverything: Bool {
        takesEveryInstance && calledAETitles.isEmpty && callingAETitles.isEmpty && peers.isEmpty
    }
}

// MARK: JSON

extension Route: Decodable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, calledAETitles, callingAETitles, peers, sopClassUIDs, modalities, attributes
        case datastore, refuse, discard
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(ofAll: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        guard TextRule.route.allows(name) else {
            throw DecodingError.dataCorruptedError(
                forKey: .name, in: container, debugDescription: "\"\(name)\", expected \(TextRule.route.expected)")
        }
        calledAETitles = try container.values(.calledAETitles, "1 to 16 printable ASCII characters without a backslash")
        {
            AETitle.value(of: $0)
        }
        callingAETitles = try container.values(
            .callingAETitles, "an AE title, or the beginning of one with an asterisk at its end"
        ) { $0.utf8.count <= AETitle.length + 1 ? RoutePattern($0) : nil }
        peers = try container.values(.peers, "an IP address or a CIDR range") { NetworkRange($0) }
        sopClassUIDs = Set(
            try container.values(.sopClassUIDs, "a valid UID") { text in (try? UID(text)).map { _ in text } })
        let modalities = try container.values(.modalities, Self.expectedPattern) { RoutePattern($0) }
        attributes =
            (modalities.isEmpty ? [] : [AttributeCondition(tag: RouteAttribute.modality, patterns: modalities)])
            + (try Self.attributes(in: container))
        action = try Self.action(in: container)
    }

    private static let expectedPattern = "printable ASCII characters, with an asterisk at the end at most"

    private static func attributes(
        in container: KeyedDecodingContainer<CodingKeys>
    ) throws -> [AttributeCondition] {
        let texts = try container.decodeIfPresent([String: [String]].self, forKey: .attributes) ?? [:]
        return try texts.sorted { $0.key < $1.key }.map { keyword, texts in
            guard let tag = RouteAttribute.tags[keyword] else {
                throw container.error(.attributes, RouteAttribute.refusal(of: keyword))
            }
            guard (1...RouteLimits.maximumValues).contains(texts.count) else {
                throw container.error(
                    .attributes,
                    "\(keyword): \(texts.count) values, expected 1 to \(RouteLimits.maximumValues)")
            }
            let patterns = try texts.map { text in
                guard let pattern = RoutePattern(text) else {
                    throw container.error(.attributes, "\(keyword): \"\(text)\", expected \(expectedPattern)")
                }
                return pattern
            }
            return AttributeCondition(tag: tag, patterns: patterns)
        }
    }

    private static func action(in container: KeyedDecodingContainer<CodingKeys>) throws -> RouteAction {
        var actions: [RouteAction] = []
        if let text = try container.decodeIfPresent(String.self, forKey: .datastore) {
            guard text == RouteAction.standardDatastore || TextRule.datastoreID.allows(text) else {
                throw container.error(
                    .datastore,
                    "\"\(text)\", expected \(TextRule.datastoreID.expected), or \"\(RouteAction.standardDatastore)\"")
            }
            actions.append(.store(datastoreID: text == RouteAction.standardDatastore ? nil : text))
        }
        if let text = try container.decodeIfPresent(String.self, forKey: .refuse) {
            guard let status = RouteAction.failure(text) else {
                throw container.error(.refuse, "\"\(text)\", expected \(RouteAction.expectedStatus)")
            }
            actions.append(.refuse(status))
        }
        if let discards = try container.decodeIfPresent(Bool.self, forKey: .discard) {
            guard discards else { throw container.error(.discard, "false, expected true, or no such member") }
            actions.append(.discard)
        }
        guard actions.count == 1, let action = actions.first else {
            throw container.error(
                .name, "\(actions.count) of datastore, refuse and discard are given, expected exactly one")
        }
        return action
    }
}

extension KeyedDecodingContainer {
    /// The values of a condition. A condition without values would never hold, so it is an error.
    fileprivate func values<Value>(
        _ key: Key, _ expected: String, _ make: (String) -> Value?
    ) throws -> [Value] {
        guard let texts = try decodeIfPresent([String].self, forKey: key) else { return [] }
        guard (1...RouteLimits.maximumValues).contains(texts.count) else {
            throw error(key, "\(texts.count) values, expected 1 to \(RouteLimits.maximumValues)")
        }
        return try texts.map { text in
            guard let value = make(text) else { throw error(key, "\"\(text)\", expected \(expected)") }
            return value
        }
    }

    fileprivate func error(_ key: Key, _ description: String) -> DecodingError {
        DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: description)
    }
}
