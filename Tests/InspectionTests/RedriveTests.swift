// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import Foundation
import ImportPipeline
import Inspection
import Testing

@Suite("Redrive")
struct RedriveTests {
    private static let now = Date(timeIntervalSince1970: 1_795_460_400)
    private static let stamp = "20261123T190000"

    private static func redrive(_ pipeline: FakePipeline) -> Redrive { Redrive(pipeline, at: now) }

    @Test("PARTIAL and FAILED imports, silent executions and dead letters are listed; what was taken over is not")
    func list() async throws {
        let pipeline = FakePipeline()
        let partial = pipeline.add(.partial)
        let failed = pipeline.add(.failed)
        pipeline.add(.failed, [.startedAgain: "true"], status: .running)
        let redriven = pipeline.add(.partial, [.redrivenAs: "x"])
        pipeline.executions["\(redriven)-20261123T180000"] = .init(status: .succeeded, input: "")
        pipeline.add(.imported)
        pipeline.add(.rejected)
        pipeline.add(.pending, status: .running)
        let aborted = pipeline.add(nil, status: .aborted)
        let pending = pipeline.add(.pending, status: .timedOut)
        pipeline.deadLetters = ["ImportQueue": ["a", "b"], "InboxQueue": []]
        let list = try await Self.redrive(pipeline).list()
        #expect(list.imports.map(\.name) == [partial, failed, aborted, pending].sorted())
        #expect(list.imports.filter(\.isSilent).map(\.name) == [aborted, pending].sorted())
        #expect(list.deadLetters == ["ImportQueue": 2, "InboxQueue": 0])
        #expect(try await Self.redrive(pipeline).list(only: [failed]).imports.map(\.name) == [failed])
    }

    @Test("An import whose redrive runs or has succeeded is not silent")
    func notSilent() async throws {
        let pipeline = FakePipeline()
        let first = pipeline.add(nil, status: .aborted)
        let second = pipeline.add(nil, status: .failed)
        pipeline.executions["\(first)-20261123T180000"] = .init(status: .running, input: "")
        pipeline.executions["\(second)-20261123T180000"] = .init(status: .succeeded, input: "")
        #expect(try await Self.redrive(pipeline).list().imports.isEmpty)
    }

    @Test("Each import is started with its first input and the time, and its item names the new execution")
    func start() async throws {
        let pipeline = FakePipeline()
        let failed = pipeline.add(.failed)
        let silent = pipeline.add(.pending, status: .aborted)
        let results = try await pipeline.redriveAll(at: Self.now)
        let (first, second) = ("\(failed)-\(Self.stamp)", "\(silent)-\(Self.stamp)")
        #expect(results == [.started(failed, as: first), .started(silent, as: second)])
        let request = try PipelineJSON.decode(
            ImportRequest.self, from: Array(try #require(pipeline.executions[first]).input.utf8))
        #expect(request.redrive == Self.stamp && request.importId.description == failed)
        #expect(pipeline.item(failed)?[.redrivenAs] == first && pipeline.item(failed)?[.outcome] == "FAILED")
        let taken = try #require(pipeline.item(silent))
        #expect(taken[.redrivenAs] == second && taken[.outcome] == "FAILED" && taken[.message] == Redrive.silence)
        #expect(taken[.endedAt] == "2026-11-23T19:00:00Z")
        #expect(try await Self.redrive(pipeline).list().imports.isEmpty)
    }

    @Test("The only incomplete study of a bundle is imported alone")
    func bundle() async throws {
        let pipeline = FakePipeline()
        let name = pipeline.add(
            .partial, [.incompleteStudyInstanceUID: "1.2.3", .incompleteStudyInstanceCount: "4"], studies: 3)
        _ = try await pipeline.redriveAll(at: Self.now)
        let input = try #require(pipeline.executions["\(name)-\(Self.stamp)"]).input
        let request = try PipelineJSON.decode(ImportRequest.self, from: Array(input.utf8))
        #expect(request.inputS3Uri.hasSuffix("/\(name)/1.2.3/") && request.instanceCount == 4)
        #expect(request.studyCount == 1 && request.studyInstanceUID == "1.2.3")
    }

    @Test("A delivery of one study is imported as a whole")
    func oneStudy() async throws {
        let pipeline = FakePipeline()
        let name = pipeline.add(.partial, [.incompleteStudyInstanceUID: "1.2", .incompleteStudyInstanceCount: "4"])
        _ = try await pipeline.redriveAll(at: Self.now)
        let input = try #require(pipeline.executions["\(name)-\(Self.stamp)"]).input
        let request = try PipelineJSON.decode(ImportRequest.self, from: Array(input.utf8))
        #expect(request.inputS3Uri.hasSuffix("/\(name)/") && request.instanceCount == 10)
    }

    @Test("An execution that Step Functions has forgotten is left, with what to do; the others are started")
    func forgotten() async throws {
        let pipeline = FakePipeline()
        let forgotten = pipeline.add(.failed)
        let other = pipeline.add(.failed)
        pipeline.executions[forgotten] = nil
        let results = try await pipeline.redriveAll(at: Self.now)
        guard case .left(let name, let why) = results.first else { Issue.record("\(results)"); return }
        #expect(name == forgotten && why.contains("copy its objects to keys below inbox/"))
        #expect(results.last == .started(other, as: "\(other)-\(Self.stamp)"))
        #expect(pipeline.item(forgotten)?[.redrivenAs] == nil)
    }

    @Test("An item that changed since it was listed stays listed")
    func changed() async throws {
        let pipeline = FakePipeline()
        let name = pipeline.add(.failed)
        let redrive = Self.redrive(pipeline)
        let list = try await redrive.list()
        pipeline.set(name, .endedAt, "2026-11-23T18:59:59Z")
        var results: [RedriveResult] = []
        try await redrive.start(list) { results.append($0) }
        #expect(results == [.started(name, as: "\(name)-\(Self.stamp)"), .changed(name)])
        #expect(pipeline.item(name)?[.redrivenAs] == nil)
    }

    @Test("The item of a silent import that ends in the meantime keeps its outcome")
    func endedInTheMeantime() async throws {
        let pipeline = FakePipeline()
        let name = pipeline.add(.pending, status: .aborted)
        pipeline.beforeUpdate = { pipeline.set(name, .outcome, "IMPORTED") }
        let results = try await pipeline.redriveAll(at: Self.now)
        #expect(results.last == .changed(name))
        #expect(pipeline.item(name)?[.outcome] == "IMPORTED" && pipeline.item(name)?[.redrivenAs] == nil)
    }

    @Test("Interrupted after any request, it loses nothing: the next one completes it")
    func interrupted() async throws {
        var requests = 0
        var isComplete = false
        while !isComplete {
            let pipeline = FakePipeline()
            let names = [
                pipeline.add(.failed), pipeline.add(.partial), pipeline.add(nil, status: .aborted),
                pipeline.add(.pending, status: .timedOut),
            ]
            pipeline.deadLetters = ["ImportQueue": ["a", "b"], "InboxQueue": ["c"]]
            pipeline.requestsLeft = requests
            do {
                _ = try await pipeline.redriveAll(at: Self.now)
                isComplete = true
            } catch is FakePipeline.Interrupted {
                pipeline.requestsLeft = nil
                pipeline.endVisibilityTimeouts()
                _ = try await pipeline.redriveAll(at: Self.now.addingTimeInterval(60))
            }
            pipeline.requestsLeft = nil
            for name in names {
                let again = pipeline.executions.keys.filter { $0.hasPrefix("\(name)-") }
                #expect((1...2).contains(again.count), "\(name) after \(requests) requests")
            }
            #expect(Set(pipeline.queues["ImportQueue"] ?? []) == ["a", "b"])
            #expect(Set(pipeline.queues["InboxQueue"] ?? []) == ["c"])
            #expect(pipeline.deadLetters.values.flatMap(\.self).isEmpty)
            #expect(try await Self.redrive(pipeline).list().imports.isEmpty, "after \(requests) requests")
            requests += 1
        }
        #expect(requests > 20)
    }
}
