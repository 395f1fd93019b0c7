/// Why an import has failed, as far as it decides whether to start it again. What HealthImaging says is documented nowhere (unverified).
enum FailureCause: Int, Comparable, Sendable {
    /// The next attempt would fail too.
    case lasting
    /// The next attempt may work.
    case transient
    /// The next attempt may work after a long wait.
    case busy

    /// Of a job that is FAILED. Reasons that name a mistake of ours last; any other may be transient, since starting again costs
    /// little and an image is worth it.
    init(jobMessage: String?) {
        let message = (jobMessage ?? "").lowercased()
        if Self.contains(Self.busyWords, message) {
            self = .busy
        } else {
            self = Self.contains(Self.lastingWords, message) ? .lasting : .transient
        }
    }

    /// Of a file in a job's `FAILURE` folder. Here any other reason lasts: it is most likely the file's.
    init(exceptionType: String) {
        let type = exceptionType.lowercased()
        if Self.contains(Self.busyTypes, type) {
            self = .busy
        } else {
            self = Self.contains(Self.transientTypes, type) ? .transient : .lasting
        }
    }

    static func < (lhs: FailureCause, rhs: FailureCause) -> Bool { lhs.rawValue < rhs.rawValue }

    private static let busyWords = ["rate exceeded", "throttl", "too many requests", "slow down", "slowdown", "busy"]
    private static let lastingWords = [
        "access", "denied", "authoriz", "permission", "not found", "no such", "does not exist", "invalid", "validation",
        "exceed", "limit", "unsupported", "no object", "no dicom", "empty",
    ]
    private static let busyTypes = ["throttl", "toomanyrequests"]
    private static let transientTypes = ["conflict", "internal", "unavailable", "timeout", "timedout"]

    private static func contains(_ words: [String], _ text: String) -> Bool {
        words.contains { text.contains($0) }
    }
}
