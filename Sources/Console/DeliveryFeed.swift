// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Inspection

/// The list of deliveries as pages follow it.
actor DeliveryFeed {
    private let reading: CachedReading<PipelineOverview>
    private var journal: DeliveryJournal
    private var lastRead = 0
    private var failure: Problem?

    init(reading: CachedReading<PipelineOverview>, limits: ConsoleLimits, start: String) {
        self.reading = reading
        journal = DeliveryJournal(limits: limits, start: start)
    }

    func response(since: String?, newest: Int, ifNoneMatch: String?) async -> ConsoleResponse {
        let result = await reading.current()
        if result.number > lastRead {
            lastRead = result.number
            failure = nil
            do {
                if result.problem == nil {
                    try journal.update(result.value?.deliveries ?? [], isCut: result.value?.isCut ?? false)
                }
            } catch {
                failure = ReadingProblem().problem(of: error)
            }
        }
        let problem = result.problem ?? failure
        let etag = "\"\(journal.name)\""
        if problem == nil, ifNoneMatch == etag { return .notModified(etag: etag) }
        var body = Array("{".utf8) + journal.changes(since: since, newest: newest)
        body += Array(",\"cut\":\(journal.isCut),\"reading\":".utf8)
        body += (try? ConsoleJSON.encoded(ReadingAge(readAt: result.readAt, problem: problem))) ?? Array("{}".utf8)
        body.append(UInt8(ascii: "}"))
        return .json(200, body, fields: problem == nil && newest == .max ? [("ETag", etag)] : [])
    }
}

/// How old an answer's data are, and why they are not newer.
struct ReadingAge: Encodable {
    let ageSeconds: Double?
    let problem: Problem?

    init(readAt: Date?, problem: Problem?, now: Date = Date()) {
        ageSeconds = readAt.map { max(0, now.timeIntervalSince($0)) }
        self.problem = problem
    }

    init(_ result: CachedReading<some Sendable>.Result) {
        self.init(readAt: result.readAt, problem: result.problem)
    }
}
