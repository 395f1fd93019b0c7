// SPDX-License-Identifier: Apache-2.0

import Foundation

@testable import ImportPipeline

/// What imports say about the instance 1.4.
enum SampleAttempts {
    /// A delivery with a higher number was opened later.
    static func delivery(_ number: Int) -> DeliveryID {
        DeliveryID(openedAt: Date(timeIntervalSince1970: 1_795_477_912 + Double(number)), randomness: 0, 0)
    }

    static func pending(_ number: Int, further: Int = 0, series: String = "1.3") -> InstanceAttempt? {
        attempt(.pending, number, further: further, series: series, [.receivedAt: time(number)])
    }

    /// `at` is the time at which HealthImaging took the job.
    static func imported(
        _ number: Int, at seconds: Int, into imageSet: String? = "x", version: Int = 1, series: String = "1.3"
    ) -> InstanceAttempt? {
        attempt(
            .imported, number, series: series,
            [
                .jobId: "j\(number)-\(seconds)", .submittedAt: time(seconds), .endedAt: time(seconds + 90),
                .imageSetId: imageSet, .imageSetVersion: "\(version)", .isPrimary: "true",
            ].compactMapValues(\.self))
    }

    static func failed(_ number: Int, at seconds: Int, _ outcome: InstanceAttempt.Outcome = .failed) -> InstanceAttempt?
    {
        attempt(
            outcome, number,
            [.jobId: "j\(number)-\(seconds)", .submittedAt: time(seconds), .errorType: "ValidationException"])
    }

    private static func attempt(
        _ outcome: InstanceAttempt.Outcome, _ number: Int, further: Int = 0, series: String = "1.3",
        _ more: [InstanceAttribute: String]
    ) -> InstanceAttempt? {
        let delivery = delivery(number)
        return InstanceAttempt(
            outcome, ofKey: BucketLayout.instanceKey(delivery, study: "1.2", series: series, instance: "1.4"),
            by: ImportID(delivery, number: further), sopClassUID: "1.2.840.10008.5.1.4.1.1.2", more)
    }

    private static func time(_ seconds: Int) -> String {
        PipelineJSON.timestamp(Date(timeIntervalSince1970: 1_795_480_000 + Double(seconds)))
    }
}

extension InstanceRecord {
    /// The row after these writes; `nil` without writes.
    init?(_ attempts: some Sequence<InstanceAttempt>) {
        var row: InstanceRecord?
        for attempt in attempts {
            row?.take(attempt)
            row = row ?? InstanceRecord(attempt)
        }
        guard let row else { return nil }
        self = row
    }
}

extension Array {
    /// Every order of the elements.
    var permutations: [[Element]] {
        guard let last else { return [[]] }
        return Array(dropLast()).permutations.flatMap { rest in
            (0...rest.count).map { rest[..<$0] + [last] + rest[$0...] }
        }
    }
}
