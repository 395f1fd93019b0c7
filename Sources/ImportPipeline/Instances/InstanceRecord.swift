import AWS

/// A row of the index of instances: what is known of one instance in one data store.
///
/// Many write it, in any order, twice, and are killed in between. What an import says is therefore merged into what is there, by
/// rules under which every order of the same writes ends in the same row.
package struct InstanceRecord: Hashable, Sendable {
    /// An import that changes the patient's or the study's attributes makes another image set of the instance. Of more than so many
    /// only the latest are kept: an older one could matter to jobs alone that ran at the same time as all of these.
    package static let maximumImageSets = 16

    /// What the row says first, then what others say; never empty.
    package private(set) var attempts: [InstanceAttempt]
    /// An import that is not newer is not under way any more, whatever comes late.
    private var newestEnded: ImportID?

    package init(_ attempt: InstanceAttempt) {
        attempts = [attempt]
        newestEnded = attempt.outcome == .pending ? nil : attempt.importID
    }

    /// The outcome is that of the job that was submitted last; PENDING, where a newer delivery is on its way and that outcome is not
    /// IMPORTED.
    package var current: InstanceAttempt { attempts[0] }

    /// Of imports into the same image set the one of the highest version stays, and of failures the last. What was imported stays
    /// beside a failure, and a delivery that is on its way beside what was imported.
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

/// As DynamoDB has it.
extension InstanceRecord {
    /// nil where the item is not such a row.
    init?(item: [String: DynamoDBAttribute]) {
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
