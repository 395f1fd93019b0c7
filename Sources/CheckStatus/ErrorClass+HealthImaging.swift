// SPDX-License-Identifier: Apache-2.0

import StructuredLog

/// Classes of the errors that HealthImaging reports for an import. Its texts are not documented (unverified).
extension ErrorClass {
    /// The class of a FAILED job. Reasons that name a mistake on our side are permanent. Any other reason may be
    /// transient: another try costs little compared with a lost image.
    init(jobMessage: String?) {
        let message = (jobMessage ?? "").lowercased()
        self =
            Self.busyWords.contains(where: message.contains)
            ? .busy : Self.permanentWords.contains(where: message.contains) ? .permanent : .transient
    }

    /// The class of a file in a job's `FAILURE` folder. Any unknown reason is permanent here: it most likely lies in
    /// the file.
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
