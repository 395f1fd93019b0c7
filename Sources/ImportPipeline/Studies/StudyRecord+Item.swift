// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials

/// The form of a study in DynamoDB.
extension StudyRecord {
    /// After this time without a change DynamoDB deletes the item. It is longer than a year, so that a yearly
    /// examination with the same UID, which some modalities make, is still recognised.
    static let lifetime: TimeInterval = 400 * 86_400
    /// The partition key of the index `due`.
    static let open = "open"

    /// `nil` if the item is not that of a study.
    init?(item: [String: DynamoDBAttribute]) {
        func text(_ attribute: StudyAttribute) -> String? { item[attribute.rawValue]?.text }
        func texts(_ attribute: StudyAttribute) -> Set<String> { item[attribute.rawValue]?.texts ?? [] }
        guard let name = text(.study).flatMap({ StudyName($0) }),
            let first = text(.firstDeliveryId).flatMap({ DeliveryID($0) }),
            let revision = text(.revision).flatMap({ Int($0) })
        else { return nil }
        self.init(name, firstDelivery: first)
        self.revision = revision
        imports = texts(.imports)
        pending = texts(.pending)
        imported = texts(.imported)
        incomplete = texts(.incomplete)
        isCut = text(.isCut) != nil
        firstInstanceAt = text(.firstInstanceAt)
        lastInstanceAt = text(.lastInstanceAt)
        lastImportAt = text(.lastImportAt)
        settledAt = text(.settledAt)
        due = text(.due)
    }

    func item(at date: Date) -> [String: DynamoDBAttribute] {
        var item: [String: DynamoDBAttribute] = [:]
        func set(_ attribute: StudyAttribute, _ text: String?) { item[attribute.rawValue] = text.map { .text($0) } }
        func set(_ attribute: StudyAttribute, _ texts: Set<String>) {
            item[attribute.rawValue] = texts.isEmpty ? nil : .texts(texts)
        }
        set(.study, name.description)
        set(.firstDeliveryId, firstDelivery.description)
        set(.imports, imports)
        set(.pending, pending)
        set(.imported, imported)
        set(.incomplete, incomplete)
        set(.isCut, isCut ? "true" : nil)
        set(.revision, String(revision))
        set(.firstInstanceAt, firstInstanceAt)
        set(.lastInstanceAt, lastInstanceAt)
        set(.lastImportAt, lastImportAt)
        set(.settledAt, settledAt)
        set(.open, due.map { _ in Self.open })
        set(.due, due)
        item[StudyAttribute.expiresAt.rawValue] = .number(
            Int(date.timeIntervalSince1970 + Self.lifetime))
        return item
    }

    /// The condition that the item is as it was when this record was read. Every change changes one of the two, but for
    /// ends of executions that a sweep notes; another sweep learns these again.
    var condition: DynamoDBCondition {
        .has([StudyAttribute.revision.rawValue: String(revision), StudyAttribute.due.rawValue: due])
    }
}
