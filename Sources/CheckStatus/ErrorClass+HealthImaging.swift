import StructuredLog

/// What HealthImaging says of an import that failed; its texts are documented nowhere (unverified).
extension ErrorClass {
    /// Of a job that is FAILED. Reasons that name a mistake of ours are permanent; any other may be transient, since starting again
    /// costs little and an image is worth it.
    init(jobMessage: String?) {
        let message = (jobMessage ?? "").lowercased()
        self =
            Self.busyWords.contains(where: message.contains)
            ? .busy : Self.permanentWords.contains(where: message.contains) ? .permanent : .transient
    }

    /// Of a file in a job's `FAILURE` folder. Here any other reason is permanent: it is most likely the file's.
    init(exceptionType: String) {
        let type = exceptionType.lowercased()
        self =
            Self.busyTypes.contains(where: type.contains)
            ? .busy : Self.transientTypes.contains(where: type.contains) ? .transient : .permanent
    }

    private static let busyWords = ["rate exceeded", "throttl", "too many requests", "slow down", "slowdown", "busy"]
    private static let permanentWords = [
        "access", "denied", "authoriz", "permission", "not found", "no such", "does not exist", "invalid", "validation",
        "exceed", "limit", "unsupported", "no object", "no dicom", "empty",
    ]
    private static let busyTypes = ["throttl", "toomanyrequests"]
    private static let transientTypes = ["conflict", "internal", "unavailable", "timeout", "timedout"]
}
