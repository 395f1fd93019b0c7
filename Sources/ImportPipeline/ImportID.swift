// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// The name of one import of a delivery, by the manifest that starts it. It is the name of the execution, and client
/// tokens begin with it.
///
/// The first manifest of a delivery has number 0, and its import has the delivery's own id. A further manifest lists
/// instances that the earlier ones lack: `{deliveryId}-1`, `{deliveryId}-2`.
package struct ImportID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// A delivery has several manifests only if several parties closed it; each of them adds one at most.
    package static let maximumNumber = 99

    package let delivery: DeliveryID
    /// From 0 to `maximumNumber`.
    package let number: Int

    package init(_ delivery: DeliveryID, number: Int = 0) {
        self.delivery = delivery
        self.number = number
    }

    /// `nil` for a text of any other form.
    package init?(_ text: String) {
        self.init(text, separator: "-")
    }

    init?(_ text: String, separator: Character) {
        let parts = text.dropFirst(DeliveryID.length).split(separator: separator, omittingEmptySubsequences: false)
        guard let delivery = DeliveryID(String(text.prefix(DeliveryID.length))) else { return nil }
        switch parts.count {
        case 1 where parts[0].isEmpty: self.init(delivery)
        case 2:
            guard parts[0].isEmpty, let number = Int(parts[1]), String(number) == parts[1],
                (1...Self.maximumNumber).contains(number)
            else { return nil }
            self.init(delivery, number: number)
        default: return nil
        }
    }

    package var description: String { text(separator: "-") }

    func text(separator: Character) -> String { number == 0 ? "\(delivery)" : "\(delivery)\(separator)\(number)" }

    package init(from decoder: any Decoder) throws {
        guard let id = ImportID(try decoder.singleValueContainer().decode(String.self)) else {
            throw DocumentError(
                at: decoder.codingPath,
                expected: "a delivery id, or one with the number of a further manifest: {deliveryId}-1")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Ordered by the second in which the delivery was opened, then by the number of the manifest.
extension ImportID: Comparable {
    package static func < (lhs: ImportID, rhs: ImportID) -> Bool {
        (ByteText(lhs.delivery.description), lhs.number) < (ByteText(rhs.delivery.description), rhs.number)
    }
}
