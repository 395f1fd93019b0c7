// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Inspection

/// The API that the page asks: each answer is JSON, or a thumbnail.
///
/// | request | answer |
/// |---|---|
/// | `/api/status` | counts of each step, rates, queues, problems |
/// | `/api/deliveries?since=VERSION` | the deliveries that changed since that version of the list |
/// | `/api/deliveries?newest=100` | the newest deliveries, for a page's first paint |
/// | `/api/delivery?id=` | steps and first instances of one delivery |
/// | `/api/instances?id=&from=` | further instances of it |
/// | `/api/log?id=` | log lines about it |
/// | `/api/find?name=` | the deliveries that a UID names |
/// | `/api/thumbnail?id=&index=` | one instance as a small picture; only with the field `Show-Image: yes` |
final class ConsoleAPI: Sendable {
    private let limits: ConsoleLimits
    private let overview: CachedReading<PipelineOverview>
    private let feed: DeliveryFeed
    private let traces: NamedReadings<DeliveryTrace?>
    private let logs: NamedReadings<Pages<LogEntry>>
    private let findings: NamedReadings<Pages<DeliveryTrace>>
    private let thumbnails: ThumbnailMaker

    init(
        inspector: any PipelineInspector, limits: ConsoleLimits, minimumAge: Duration, start: String,
        problems: ReadingProblem = ReadingProblem()
    ) {
        func named<Value>(
            minimumAge: Duration, _ read: @escaping @Sendable (String) async throws -> Value
        ) -> NamedReadings<Value> {
            NamedReadings(maximum: limits.details, minimumAge: minimumAge, problems: problems, read: read)
        }
        self.limits = limits
        overview = CachedReading(minimumAge: minimumAge, problems: problems) { try await inspector.overview() }
        feed = DeliveryFeed(reading: overview, limits: limits, start: start)
        traces = named(minimumAge: minimumAge) { try await inspector.delivery($0) }
        // CloudWatch Logs searches for seconds, and allows few searches at once.
        logs = named(minimumAge: minimumAge * 3) { try await inspector.logLines(about: $0) }
        findings = named(minimumAge: minimumAge) { try await inspector.find($0) }
        thumbnails = ThumbnailMaker(inspector: inspector, limits: limits, problems: problems)
    }

    func respond(to request: ConsoleRequest) async -> ConsoleResponse {
        switch request.path {
        case "/api/status": await statusResponse()
        case "/api/deliveries":
            await feed.response(
                since: request.query["since"],
                newest: request.query["newest"].flatMap { Int($0) }.map { max(0, $0) } ?? .max,
                ifNoneMatch: request.field("if-none-match"))
        case "/api/delivery": await named("id", in: request, deliveryResponse)
        case "/api/instances": await named("id", in: request) { await self.instancesResponse($0, in: request) }
        case "/api/log": await named("id", in: request, logResponse)
        case "/api/find": await named("name", in: request, findResponse)
        case "/api/thumbnail": await named("id", in: request) { await self.thumbnailResponse($0, in: request) }
        default: .problem(404, Problem("the API has no \(request.path.prefix(80))", advice: "See docs/console.md."))
        }
    }

    private func named(
        _ parameter: String, in request: ConsoleRequest, _ respond: (String) async -> ConsoleResponse
    ) async -> ConsoleResponse {
        let value = request.query[parameter] ?? ""
        guard !value.isEmpty, value.utf8.count <= limits.nameBytes else {
            let expected = "expected \(parameter) with 1 to \(limits.nameBytes) bytes, got \(value.utf8.count)"
            return .problem(400, Problem(expected, advice: "Give an id or a UID."))
        }
        return await respond(value)
    }

    private func statusResponse() async -> ConsoleResponse {
        struct Answer: Encodable {
            let status: PipelineStatus?
            let reading: ReadingAge
        }
        let result = await overview.current()
        return .json(200, Answer(status: result.value?.status, reading: ReadingAge(result)))
    }

    private func deliveryResponse(_ id: String) async -> ConsoleResponse {
        struct Answer: Encodable {
            let summary: DeliverySummary?
            let steps: [DeliveryTrace.Step]
            let instances: [InstanceTrace]
            let instanceTotal: Int
            let reading: ReadingAge
        }
        let result = await traces.current(id)
        if result.problem == nil, case .some(.none) = result.value { return Self.noDelivery }
        let trace = result.value ?? nil
        return .json(
            200,
            Answer(
                summary: trace?.summary, steps: trace?.steps ?? [],
                instances: Array(trace?.instances.prefix(limits.instancesInAnswer) ?? []),
                instanceTotal: trace?.instances.count ?? 0, reading: ReadingAge(result)))
    }

    private func instancesResponse(_ id: String, in request: ConsoleRequest) async -> ConsoleResponse {
        struct Answer: Encodable {
            let instances: [InstanceTrace]
            let instanceTotal: Int
        }
        guard let from = Int(request.query["from"] ?? "0"), from >= 0 else {
            return .problem(400, Problem("expected from as a number from 0", advice: "Leave it out for the first."))
        }
        let result = await traces.current(id)
        guard let trace = result.value ?? nil else { return missing(result) }
        let instances = trace.instances.dropFirst(from).prefix(limits.instancesInAnswer)
        return .json(200, Answer(instances: Array(instances), instanceTotal: trace.instances.count))
    }

    private func logResponse(_ id: String) async -> ConsoleResponse {
        struct Answer: Encodable {
            let lines: [LogEntry]
            let total: Int
            let complete: Bool
            let reading: ReadingAge
        }
        let result = await logs.current(id)
        let found = result.value ?? Pages([])
        return .json(
            200,
            Answer(
                lines: Array(found.elements.suffix(limits.logLinesInAnswer)), total: found.elements.count,
                complete: found.isComplete, reading: ReadingAge(result)))
    }

    private func findResponse(_ name: String) async -> ConsoleResponse {
        struct Answer: Encodable {
            let deliveries: [DeliverySummary]
            let total: Int
            let complete: Bool
            let reading: ReadingAge
        }
        let result = await findings.current(name)
        let found = result.value ?? Pages([])
        return .json(
            200,
            Answer(
                deliveries: found.elements.prefix(limits.instancesInAnswer).map(\.summary),
                total: found.elements.count, complete: found.isComplete, reading: ReadingAge(result)))
    }

    private func thumbnailResponse(_ id: String, in request: ConsoleRequest) async -> ConsoleResponse {
        // A picture can show a patient's name. The page asks the person first; nothing else sends this field.
        guard request.field("show-image") == "yes" else {
            return .problem(
                403,
                Problem("expected the field Show-Image: yes", advice: "Use the page's button: it says what may show."))
        }
        guard let index = Int(request.query["index"] ?? ""), index >= 0 else {
            return .problem(400, Problem("expected index as a number from 0", advice: "Use the page's button."))
        }
        let result = await traces.current(id)
        guard let trace = result.value ?? nil else { return missing(result) }
        guard index < trace.instances.count else {
            return .problem(
                404, Problem("the delivery has \(trace.instances.count) instances", advice: "Load the page again."))
        }
        return await thumbnails.response(for: trace.instances[index])
    }

    private func missing(_ result: CachedReading<DeliveryTrace?>.Result) -> ConsoleResponse {
        result.problem.map { .problem(502, $0) } ?? Self.noDelivery
    }

    private static let noDelivery = ConsoleResponse.problem(
        404, Problem("there is no delivery with this id", advice: "Look for it by the UID of its study."))
}
