// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// Limits of documents from outside, regardless of who wrote them.
package enum DocumentLimits {
    /// The size of one JSON document. The longest manifest that a receiver can write, with 5,000 instances and UIDs of
    /// 64 characters, has less than half of it.
    package static let maximumBytes = 8 << 20
    /// The size of an open marker, an audit or a lease. These have less than 1 KiB, and many of them are read at the
    /// same time.
    package static let maximumSmallBytes = 64 << 10
    /// The depth of nested arrays and objects.
    package static let maximumDepth = 64
    /// The bytes of all lines about single files that HealthImaging writes for one job: more than 6,000 for each of
    /// 5,000 files.
    package static let maximumResultsBytes = 32 << 20
    /// The number of such lines. A job has at most 5,000 files, unless AWS has raised that quota.
    package static let maximumResultLines = 100_000
    /// The bytes of lines with warnings whose files the report names; further files are only counted.
    package static let maximumNamedWarningBytes = 4 << 20
    /// The number of unreadable places that the report names; further places are only counted.
    package static let maximumNamedPlaces = 100
    /// The numbers that are accepted from HealthImaging: no sum of such numbers in one document overflows.
    package static let counts = 0...1_000_000_000
    /// `TASK_LEASE_SECONDS`.
    package static let leaseSeconds = 1...3_600
    /// `POLL_SECONDS`.
    package static let pollSeconds = 1...3_600
    /// `STUDY_QUIET_MINUTES`.
    package static let studyQuietMinutes = 0...10_080
    /// The seconds that the state machine may wait between two steps.
    package static let waitSeconds = 0...86_400
    /// An execution ends at 25,000 events, and each look causes several.
    package static let polls = 0...25_000
    /// From 1970 to 9999: these times can be written in ISO 8601 and in the id of a delivery.
    package static let times = Date(timeIntervalSince1970: 0)...Date(timeIntervalSince1970: 253_402_300_799)
    /// The length, in Unicode scalars, of a reason of HealthImaging in the table, and of a warning in the report.
    package static let maximumMessageLength = 1_024

    package static func shortened(_ message: String) -> String {
        String(String.UnicodeScalarView(message.unicodeScalars.prefix(maximumMessageLength)))
    }
}
