// SPDX-License-Identifier: Apache-2.0

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
    /// In seconds; `nil`: it is never told that a study settled.
    package let studyQuiet: TimeInterval?

    package init(environment: [String: String]) throws(IntakeSettingError) {
        guard let bucket = try? S3URI("s3://\(Self.text(of: .bucket, in: environment))"), bucket.key.isEmpty else {
            throw IntakeSettingError(name: PipelineSetting.bucket.name, expected: "the name of a bucket")
        }
        let output = Self.text(of: .outputURI, in: environment)
        guard (try? S3URI(output)) != nil else {
            throw IntakeSettingError(
                name: PipelineSetting.outputURI.name, expected: "a URI such as s3://bucket/ or s3://bucket/prefix/")
        }
        bucketName = bucket.bucket
        outputRoot = output.ends(with: "/") ? output : "\(output)/"
        guard let taken = InboxTaken(rawValue: Self.text(of: .inboxTaken, in: environment)) else {
            throw IntakeSettingError(name: PipelineSetting.inboxTaken.name, expected: "delete or move")
        }
        guard let seconds = Int(Self.text(of: .auditAfterSeconds, in: environment)), seconds >= 0 else {
            throw IntakeSettingError(
                name: PipelineSetting.auditAfterSeconds.name, expected: "a whole number of seconds")
        }
        let minutes = Int(Self.text(of: .studyQuietMinutes, in: environment))
        guard let minutes, DocumentLimits.studyQuietMinutes.contains(minutes) else {
            throw IntakeSettingError(
                name: PipelineSetting.studyQuietMinutes.name,
                expected: "a whole number of minutes from 0 to \(DocumentLimits.studyQuietMinutes.upperBound)")
        }
        studyQuiet = minutes == 0 ? nil : TimeInterval(60 * minutes)
        inboxTaken = taken
        auditAfter = TimeInterval(seconds)
    }

    private static func text(of setting: PipelineSetting, in environment: [String: String]) -> String {
        environment[setting.name] ?? setting.defaultValue ?? ""
    }
}

/// A setting has a value that is not valid.
package struct IntakeSettingError: Error, Equatable, CustomStringConvertible {
    let name: String
    let expected: String

    package var description: String { "\(name): expected \(expected)" }
}
