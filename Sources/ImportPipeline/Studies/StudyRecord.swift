// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// What is known of a study in a data store: the imports that brought instances of it, and when it is looked at.
package struct StudyRecord: Hashable, Sendable {
    /// The imports of one study that are kept. An item of DynamoDB has at most 400 KB, and each write is paid by its
    /// size: with this number it has less than 100 KB.
    package static let maximumImports = 1_000

    package let name: StudyName
    package internal(set) var firstDelivery: DeliveryID
    /// The imports that were added: none is added twice. With `maximumImports` of them, a further one takes the place of
    /// the oldest that was told.
    package internal(set) var imports: Set<String> = []
    /// The imports since the study settled last: those whose end is not known, and the others.
    package internal(set) var pending: Set<String> = []
    package internal(set) var imported: Set<String> = []
    package internal(set) var incomplete: Set<String> = []
    /// Whether imports since the study settled last are in none of the three sets, because there were too many.
    package internal(set) var isCut = false
    /// Higher after each added import.
    package internal(set) var revision = 0
    /// Timestamps; `nil` if they are not known.
    package internal(set) var firstInstanceAt: String?
    package internal(set) var lastInstanceAt: String?
    package internal(set) var lastImportAt: String?
    package internal(set) var settledAt: String?
    /// When the sweep looks at the study; `nil`: nothing is to be told.
    package internal(set) var due: String?

    init(_ name: StudyName, firstDelivery: DeliveryID) {
        self.name = name
        self.firstDelivery = firstDelivery
    }

    /// The study of an import, of which nothing else is known.
    package init(_ name: StudyName, of request: ImportRequest) {
        self.init(name, firstDelivery: request.deliveryId)
    }

    package enum Addition: Sendable {
        case added, known
        /// The import is not in the sets, but the quiet time begins again.
        case full
    }

    /// Adds an import that has been started. `quiet`: after how many seconds the study may settle; `nil`: never.
    package mutating func add(_ request: ImportRequest, at date: Date, quiet: TimeInterval?) -> Addition {
        let id = request.importId.description
        guard !imports.contains(id) else { return .known }
        if imports.count >= Self.maximumImports { removeOldestOfTold() }
        let isFull = imports.count >= Self.maximumImports
        if isFull {
            isCut = true
        } else {
            imports.insert(id)
            pending.insert(id)
        }
        revision += 1
        firstInstanceAt = [firstInstanceAt, request.firstInstanceAt].compactMap(\.self).min()
        lastInstanceAt = [lastInstanceAt, request.lastInstanceAt].compactMap(\.self).max()
        lastImportAt = PipelineJSON.timestamp(date)
        due = quiet.map { PipelineJSON.timestamp(date.addingTimeInterval($0)) }
        return isFull ? .full : .added
    }

    private mutating func removeOldestOfTold() {
        let told = imports.subtracting(pending).subtracting(imported).subtracting(incomplete)
        if let oldest = told.min() { imports.remove(oldest) }
    }

    /// The execution of the import has ended.
    package mutating func ended(_ id: String, isImported: Bool) {
        guard pending.remove(id) != nil else { return }
        if isImported { imported.insert(id) } else { incomplete.insert(id) }
    }

    /// Nothing can be told yet. The next look comes after an eighth of the time since the last import was added, but
    /// after a minute to an hour.
    package mutating func postpone(at date: Date) {
        let last = lastImportAt.flatMap { try? Date($0, strategy: .iso8601) } ?? date
        let wait = min(max(date.timeIntervalSince(last) / 8, 60), 3_600)
        due = PipelineJSON.timestamp(date.addingTimeInterval(wait))
    }

    package func isDue(at date: Date) -> Bool { due.map { $0 <= PipelineJSON.timestamp(date) } ?? false }

    /// It was told that the study settled.
    package mutating func settled(at date: Date) {
        imported = []
        incomplete = []
        isCut = false
        settledAt = PipelineJSON.timestamp(date)
        due = nil
    }
}
