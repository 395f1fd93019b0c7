import FoundationEssentials

/// What a document from outside may hold, whoever wrote it.
package enum DocumentLimits {
    /// Of one JSON document. The longest manifest that a receiver can write, 5,000 instances with UIDs of 64 characters, has less
    /// than half of it.
    package static let maximumBytes = 8 << 20
    /// Of an open marker, an audit or a lease, which have less than 1 KiB: many of them are read at once.
    package static let maximumSmallBytes = 64 << 10
    /// Of arrays and objects inside one another.
    package static let maximumDepth = 64
    /// Of all lines about single files that HealthImaging writes for one job: more than 6,000 bytes for each of 5,000 files.
    package static let maximumResultsBytes = 32 << 20
    /// Of such lines. A job has 5,000 files, unless AWS has raised that quota.
    package static let maximumResultLines = 100_000
    /// Of lines about files with warnings, as far as the report names these files; the others are only counted.
    package static let maximumNamedWarningBytes = 4 << 20
    /// Of places in the lines that cannot be read, as far as the report names them; the others are only counted.
    package static let maximumNamedPlaces = 100
    /// Of what HealthImaging counts: no sum of such numbers in one document overflows.
    package static let counts = 0...1_000_000_000
    /// Of a UID of an object of the inbox, which may be malformed.
    package static let maximumUIDBytes = 1_024
    /// `TASK_LEASE_SECONDS`.
    package static let leaseSeconds = 1...3_600
    /// `POLL_SECONDS`.
    package static let pollSeconds = 1...3_600
    /// Of the state machine between two steps.
    package static let waitSeconds = 0...86_400
    /// An execution ends at 25,000 events, each look is several.
    package static let polls = 0...25_000
    /// From 1970 to 9999: times that have a form in ISO 8601 and in a delivery's id.
    package static let times = Date(timeIntervalSince1970: 0)...Date(timeIntervalSince1970: 253_402_300_799)
    /// Of a reason that HealthImaging gives, as far as it goes into the table, and of a warning in the report; in Unicode scalars.
    package static let maximumMessageLength = 1_024

    package static func shortened(_ message: String) -> String {
        String(String.UnicodeScalarView(message.unicodeScalars.prefix(maximumMessageLength)))
    }
}
