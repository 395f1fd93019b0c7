// SPDX-License-Identifier: Apache-2.0

/// A task's lease of its deliveries: an object that the task writes again and again while it runs.
///
/// A task acknowledges no instance later than `seconds` after it began the last successful write of its lease. So a
/// sweep that finds a lease older than `secondsUntilGone` may close the task's deliveries from a listing: the listing
/// contains every instance that was acknowledged, and none will be acknowledged later, whether the task has ended or
/// only hangs.
package struct TaskLease: Codable, Sendable, Equatable {
    package var seconds: Int

    package init(seconds: Int) {
        self.seconds = seconds
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        seconds = try container.integer(in: DocumentLimits.leaseSeconds, .seconds)
    }

    /// The age is the difference of two clocks: S3's when the lease was written, and Lambda's now. The factor of three
    /// allows for their difference.
    package var secondsUntilGone: Int { 3 * seconds }
}
