// SPDX-License-Identifier: Apache-2.0

/// The service that an event comes from, by its `source` or the `eventSource` of its records.
enum EventSource {
    static let eventBridgeS3 = "aws.s3"
    static let s3 = "aws:s3"
    static let sqs = "aws:sqs"
    static let sns = "aws:sns"
    /// A scheduled rule of EventBridge, and EventBridge Scheduler.
    static let schedules = ["aws.events", "aws.scheduler"]

    /// Text for an error. It repeats the source only if that looks like a name, since it is a text from outside.
    static func unexpected(_ source: String) -> String {
        let isName =
            (1...32).contains(source.utf8.count)
            && source.utf8.allSatisfy { $0.isAlphanumeric || ".:-".utf8.contains($0) }
        return "an event from S3, from a queue or topic with such events, or from a schedule"
            + (isName ? ", but it is from \(source)" : "")
    }
}
