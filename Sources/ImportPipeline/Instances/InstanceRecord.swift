// SPDX-License-Identifier: Apache-2.0

import AWS

/// A row of the instance index: what is known about one instance in one data store.
///
/// Several writers write a row, in any order, repeatedly, and may be killed at any time. So each import is merged into
/// the existing row by rules under which every order of the same writes gives the same row.
package struct InstanceRecord: Hashable, Sendable {
    /// An import that changes attributes of the patient or the study creates another image set with the instance. Only
    /// the latest image sets are kept, up to this number. An older one could only matter to jobs that ran at the same
    /// time as all of the kept ones.
    package static let maximumImageSets = 16

    /// The current attempt, then the others; never empty.
    package private(set) var attempts: [InstanceAttempt]
    /// An import that is not newer than this one is not in progress any more, whatever arrives late.
    private var newestEnded: ImportID?

    package init(_ attempt: InstanceAttempt) {
        attempts = [attempt]
        newestEnded = attempt.outcome == .pending ? nil : attempt.importID
    }

    /// The attempt of the job that was submitted last. A newer delivery in progress comes first as PENDING, unless that
    /// outcome is IMPORTED.
    package var current: InstanceAttempt { attempts[0] }

    /// Merges an attempt. For each image set the attempt with the highest version is kept, and of the failures the last
    /// one. An imported attempt stays beside a failure, and a delivery in progress stays beside an imported attempt.
    package mutating func take(_ attempt: InstanceAttempt) {
        let all = attempts + [attempt]
        let ended = all.filter { $0.outcome != .pending }
        newestEnded = (ended.map(\.importID) + [newestEnded].compactMap(\.self)).max()
        let imageSets = Dictionary(grouping: ended.filter { $0.outcome == .imported }) { $0[.imageSetId] ?? "" }
        let imports = imageSets.values.compactMap { $0.max { $0.isOlder(inImageSet: $1) } }.sorted(by: >)
        let failure = ended.filter { $0.outcome != .imported }.max()
        let pending = all.filter { it in it.outcome == .pending && newestEnded.map { $0 < it.importID } ?? true }.max()
        attempts = (imports.prefix(Self.maximumImageSets) + [failure].compactMap(\.self)).sorted(by: >)
        if let pending { attempts.insert(pending, at: attempts.first?.outcome == .imported ? 1 : 0) }
    }
}

/// The form of a row in DynamoDB.
extension InstanceRecord {
    /// `nil` if the item is not such a row.
    package init?(item: [String: DynamoDBAttribute]) {
        guard let instance = item[InstanceAttribute.sopInstanceUID.rawValue]?.text else { return nil }
        let keys: [InstanceAttribute] = [.sopInstanceUID, .datastoreId, .beside, .newestEnded, .revision]
        let first = item.compactMapValues(\.text).filter { it in !keys.contains { $0.rawValue == it.key } }
        let maps = [first] + (item[InstanceAttribute.beside.rawValue]?.maps ?? [])
        let attempts = maps.compactMap { InstanceAttempt(sopInstanceUID: instance, values: $0) }
        guard let current = attempts.first else { return nil }
        self.init(current)
        if let newest = item[InstanceAttribute.newestEnded.rawValue]?.text.flatMap({ ImportID($0) }) {
            newestEnded = max(newest, newestEnded ?? newest)
        }
        for attempt in attempts { take(attempt) }
        guard !self.attempts.isEmpty else { return nil }
    }

    func item(datastoreID: String, revision: Int) -> [String: DynamoDBAttribute] {
        var item = current.attributes.mapValues { DynamoDBAttribute.text($0) }
        item[InstanceAttribute.sopInstanceUID.rawValue] = .text(current.sopInstanceUID)
        item[InstanceAttribute.datastoreId.rawValue] = .text(datastoreID)
        item[InstanceAttribute.revision.rawValue] = .text(String(revision))
        if attempts.count > 1 {
            item[InstanceAttribute.beside.rawValue] = .maps(attempts.dropFirst().map(\.attributes))
        }
        if let newestEnded, !attempts.contains(where: { $0.outcome != .pending && $0.importID == newestEnded }) {
            item[InstanceAttribute.newestEnded.rawValue] = .text(newestEnded.description)
        }
        return item
    }
}
