/// A task's lease of its deliveries: an object that it writes again and again while it runs.
///
/// The task acknowledges nothing of a delivery later than `seconds` after it began to write the lease last. Who finds a
/// lease that is older than `secondsUntilGone` may therefore close the task's deliveries from a listing: every instance
/// that was acknowledged is in it, and none will be any more, whether the task has ended or only hangs.
package struct TaskLease: Codable, Sendable, Equatable {
    package var seconds: Int

    package init(seconds: Int) {
        self.seconds = seconds
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        seconds = try container.integer(in: DocumentLimits.leaseSeconds, .seconds)
    }

    /// By S3's clock when it was written, and by Lambda's now: the surplus is for what they differ.
    package var secondsUntilGone: Int { 3 * seconds }
}
