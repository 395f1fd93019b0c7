// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline
import Logging
import StructuredLog

/// Adds each import to the items of its studies, after its execution was started and before its open marker is removed.
/// So an acknowledged instance is behind an open marker, or behind an import in the item of its study.
///
/// It may add the same import again, and at the same time as another function.
package final class StudyRegister: Sendable {
    /// Less than the time of an object: the rest is for the import itself.
    static let timeLimit: Duration = .seconds(15)
    private static let maximumInFlight = 32
    /// The maximum number of writes of one item. A write is only refused because another writer has changed the item.
    private static let maximumRounds = 64

    private let items: any StudyItems
    private let standardDatastoreID: String
    private let quiet: TimeInterval?
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Date
    private let metrics: EmbeddedMetrics?
    private let pause: ServicePause

    /// - Parameters:
    ///   - datastoreID: the pipeline's default.
    ///   - quiet: the seconds after which a study may settle; `nil`: it is never told.
    package init(
        items: any StudyItems, datastoreID: String, quiet: TimeInterval?, clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Date, metrics: EmbeddedMetrics?
    ) {
        self.items = items
        standardDatastoreID = datastoreID
        self.quiet = quiet
        self.clock = clock
        self.now = now
        self.metrics = metrics
        pause = ServicePause(now: now)
    }

    /// Throws if a later try may succeed. If it cannot, this is logged and counted: an import never waits for a table
    /// that does not exist.
    func add(_ request: ImportRequest, studies: Set<String>, logger: Logger) async throws {
        guard pause.isOver else { throw ServicePaused() }
        do {
            try await withTimeLimit(Self.timeLimit, clock: clock) { [self] in
                try await add(request, studies: studies.sorted(), logger: logger)
            }
        } catch {
            // Other writers of one study, or the caller's own limit, say nothing about the table.
            if !(error is StudyContended || error is CancellationError) { pause.begin() }
            throw error
        }
    }

    private func add(_ request: ImportRequest, studies: [String], logger: Logger) async throws {
        var failures: [any Error] = []
        await studies.sideBySide(atMost: Self.maximumInFlight) { study -> (any Error)? in
            let name = StudyName(datastoreID: request.datastoreId ?? self.standardDatastoreID, studyInstanceUID: study)
            do {
                try await self.add(request, to: name, logger: logger)
                return nil
            } catch {
                return error
            }
        } take: {
            if let error = $0 { failures.append(error) }
        }
        if let passing = failures.first(where: { $0.reportedClass != .permanent }) { throw passing }
        guard let error = failures.first else { return }
        tell("studies do not know of the import", of: request, left: failures.count, error, logger: logger)
    }

    /// Nearly always no item exists yet. Otherwise the answer has the existing item, and its change replaces it, unless
    /// another writer has changed it in the meantime.
    private func add(_ request: ImportRequest, to name: StudyName, logger: Logger) async throws {
        var known: StudyRecord?
        for _ in 0..<Self.maximumRounds {
            let date = now()
            var record = known ?? StudyRecord(name, of: request)
            let addition = record.add(request, at: date, quiet: quiet)
            guard addition != .known else { return }
            if case .refused(let current) = try await items.write(record, instead: known, at: date) {
                known = current
                continue
            }
            guard addition == .full else { return }
            return tell("study with too many imports", of: request, left: 1, StudyFull(), logger: logger)
        }
        throw StudyContended()
    }

    private func tell(
        _ what: Logger.Message, of request: ImportRequest, left: Int, _ error: any Error, logger: Logger
    ) {
        metrics?.emit([.init("StudyRowsLeft", left)], properties: ["deliveryId": "\(request.deliveryId)"])
        logger.error(
            what, error: error, metadata: ["importId": "\(request.importId)", "left": "\(left)"])
    }
}

/// Other writers changed an item each time before it could be written.
struct StudyContended: NamedError {
    let errorClass: ErrorClass? = .transient
}

/// A study has as many imports as its item may have: it may settle before this one has ended.
struct StudyFull: NamedError, CustomStringConvertible {
    let errorClass: ErrorClass? = .permanent
    let description = "expected at most \(StudyRecord.maximumImports) imports of a study"
}
