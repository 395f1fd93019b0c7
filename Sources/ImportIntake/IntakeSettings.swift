import ByteComparison
import FoundationEssentials
import ImportPipeline

/// The settings of the intake.
package struct IntakeSettings: Sendable, Equatable {
    package let bucketName: String
    /// An S3 URI that ends in `/`.
    package let outputRoot: String
    package let inboxTaken: InboxTaken
    /// In seconds; see `Sweep`.
    package let auditAfter: TimeInterval

    package init(environment: [String: String]) throws(IntakeSettingError) {
        guard let bucket = try? S3URI("s3://\(environment["DICOM_BUCKET"] ?? "")"), bucket.key.isEmpty else {
            throw IntakeSettingError(name: "DICOM_BUCKET", expected: "the name of a bucket")
        }
        let output = environment["OUTPUT_S3_URI"] ?? ""
        guard (try? S3URI(output)) != nil else {
            throw IntakeSettingError(
                name: "OUTPUT_S3_URI", expected: "a URI such as s3://bucket/ or s3://bucket/prefix/")
        }
        bucketName = bucket.bucket
        outputRoot = output.ends(with: "/") ? output : "\(output)/"
        guard let taken = InboxTaken(rawValue: environment["INBOX_TAKEN"] ?? InboxTaken.delete.rawValue) else {
            throw IntakeSettingError(name: "INBOX_TAKEN", expected: "delete or move")
        }
        guard let seconds = environment["AUDIT_AFTER_SECONDS"].map(Int.init) ?? DeliveryAge.secondLook, seconds >= 0
        else { throw IntakeSettingError(name: "AUDIT_AFTER_SECONDS", expected: "a whole number of seconds") }
        inboxTaken = taken
        auditAfter = TimeInterval(seconds)
    }
}

/// A setting has a value that is not valid.
package struct IntakeSettingError: Error, Equatable, CustomStringConvertible {
    let name: String
    let expected: String

    package var description: String { "\(name): expected \(expected)" }
}
