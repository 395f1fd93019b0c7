// SPDX-License-Identifier: Apache-2.0

/// The value of an item's attribute, in the kinds that are used here.
package enum DynamoDBAttribute: Codable, Sendable, Hashable {
    case text(String)
    case maps([[String: String]])
    /// A set of strings. DynamoDB does not take an empty one.
    case texts(Set<String>)
    /// A whole number, which is only ever written.
    case number(Int)
    /// Any other kind, which is only ever read.
    case other

    package var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    package var maps: [[String: String]]? {
        guard case .maps(let maps) = self else { return nil }
        return maps
    }

    package var texts: Set<String>? {
        guard case .texts(let texts) = self else { return nil }
        return texts
    }

    package init(from decoder: any Decoder) throws {
        let wire = try Wire(from: decoder)
        self =
            wire.S.map(Self.text) ?? wire.SS.map { .texts(Set($0)) }
            ?? wire.L.map { list in .maps(list.compactMap { $0.M?.compactMapValues(\.S) }) } ?? .other
    }

    package func encode(to encoder: any Encoder) throws {
        var wire = Wire()
        switch self {
        case .text(let text): wire.S = text
        case .maps(let maps):
            wire.L = maps.map { map in Wire(M: map.mapValues { Wire(S: $0) }) }
        case .texts(let texts): wire.SS = texts.sorted()
        case .number(let number): wire.N = String(number)
        case .other: break
        }
        try wire.encode(to: encoder)
    }

    /// Members are spelled as in the API.
    private struct Wire: Codable {
        var S: String?
        var L: [Wire]?
        var M: [String: Wire]?
        var N: String?
        var SS: [String]?
    }
}
