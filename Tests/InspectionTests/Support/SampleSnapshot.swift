// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import Foundation
import ImportPipeline
import Inspection
import Testing

/// A pipeline at one time, with as much of one delivery as a test gives it.
enum SampleSnapshot {
    static let delivery = "20261123T180000-0123456789abcdef01234567"
    static let task = "00112233445566aa"
    static let opened = Date(timeIntervalSince1970: 1_795_456_800)
    /// An hour after the delivery was opened.
    static let now = opened.addingTimeInterval(3_600)

    static func empty() -> PipelineSnapshot {
        var snapshot = PipelineSnapshot(at: now, stack: "test")
        snapshot.queues = PipelineStack.queues.map { .init(name: $0, waiting: 0, inFlight: 0, deadLetters: 0) }
        return snapshot
    }

    static func with(_ parts: Part...) throws -> PipelineSnapshot {
        var snapshot = empty()
        for part in parts { try part.add(to: &snapshot) }
        return snapshot
    }

    enum Part {
        case marker(secondsAgo: Double, isUnusable: Bool = false)
        case lease(secondsAgo: Double, seconds: Int?)
        case manifest(secondsAgo: Double)
        case execution(StepFunctionsClient.ExecutionStatus, secondsAgo: Double, suffix: String = "")
        case item([ImportJobAttribute: String])
        case queue(String, waiting: Int = 0, deadLetters: Int = 0)

        func add(to snapshot: inout PipelineSnapshot) throws {
            let delivery = try #require(DeliveryID(SampleSnapshot.delivery))
            let task = try #require(TaskID(SampleSnapshot.task))
            switch self {
            case .marker(let age, let isUnusable):
                var marker = PipelineSnapshot.Marker(
                    task: task, delivery: delivery, writtenAt: now.addingTimeInterval(-age))
                marker.isUnusable = isUnusable
                snapshot.markers.append(marker)
            case .lease(let age, let seconds):
                snapshot.leases[task] = .init(task: task, writtenAt: now.addingTimeInterval(-age), seconds: seconds)
            case .manifest(let age):
                snapshot.manifests.append(
                    .init(id: ImportID(delivery), writtenAt: now.addingTimeInterval(-age)))
            case .execution(let status, let age, let suffix):
                snapshot.executions.append(
                    .init(
                        name: SampleSnapshot.delivery + suffix, status: status, startDate: now.addingTimeInterval(-age))
                )
            case .item(let attributes):
                var texts = [
                    ImportJobAttribute.jobId.rawValue: "0123456789abcdef0123456789abcdef",
                    ImportJobAttribute.outputS3Uri.rawValue: "s3://output/\(SampleSnapshot.delivery)/",
                    ImportJobAttribute.instanceCount.rawValue: "10",
                ]
                for (attribute, text) in attributes { texts[attribute.rawValue] = text }
                snapshot.items.append(try #require(JobItem(texts)))
            case .queue(let name, let waiting, let deadLetters):
                snapshot.queues = snapshot.queues.map {
                    $0.name == name
                        ? .init(name: name, waiting: waiting, inFlight: 0, deadLetters: deadLetters) : $0
                }
            }
        }
    }

    static func ago(_ seconds: Double) -> String { PipelineJSON.timestamp(now.addingTimeInterval(-seconds)) }
}
