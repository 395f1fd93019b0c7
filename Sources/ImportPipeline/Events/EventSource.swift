/// Which service an event is of, by its `source` or its records' `eventSource`.
enum EventSource {
    static let eventBridgeS3 = "aws.s3"
    static let s3 = "aws:s3"
    static let sqs = "aws:sqs"
    static let sns = "aws:sns"
    /// A scheduled rule, and EventBridge Scheduler.
    static let schedules = ["aws.events", "aws.scheduler"]

    /// For an error: the name as far as it can be one, since it is a text from outside.
    static func unexpected(_ source: String) -> String {
        let isName =
            (1...32).contains(source.utf8.count)
            && source.utf8.allSatisfy { $0.isAlphanumeric || ".:-".utf8.contains($0) }
        return "an event of S3, of a queue or topic with such events, or of a schedule"
            + (isName ? ", but it is of \(source)" : "")
    }
}
