// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ImportIntake

@Suite struct IntakeSettingsTests {
    private static let required = ["DICOM_BUCKET": "dicom", "OUTPUT_S3_URI": "s3://output/"]

    private static func settings(_ environment: [String: String]) throws -> IntakeSettings {
        try IntakeSettings(environment: required.merging(environment) { $1 })
    }

    @Test("Some settings have defaults")
    func defaults() throws {
        let settings = try Self.settings([:])
        #expect((settings.inboxTaken, settings.auditAfter) == (.delete, 86_400))
        let others = try Self.settings(["INBOX_TAKEN": "move", "AUDIT_AFTER_SECONDS": "5"])
        #expect((others.inboxTaken, others.auditAfter) == (.move, 5))
    }

    @Test(
        "The output URI may end in a slash or not",
        arguments: [
            ("s3://output", "s3://output/"), ("s3://output/", "s3://output/"), ("s3://output/a/b", "s3://output/a/b/"),
            ("s3://output/a/", "s3://output/a/"),
        ])
    func output(_ text: String, _ root: String) throws {
        #expect(try Self.settings(["OUTPUT_S3_URI": text]).outputRoot == root)
    }

    @Test(
        "The error of a value that is not valid names the setting, and does not repeat the value",
        arguments: [
            ("INBOX_TAKEN", "MOVE"), ("AUDIT_AFTER_SECONDS", "-1"), ("AUDIT_AFTER_SECONDS", "1d"),
            ("DICOM_BUCKET", "ab"), ("DICOM_BUCKET", "Bucket"), ("DICOM_BUCKET", "bucket/x"),
            ("DICOM_BUCKET", "b@host"),
            ("OUTPUT_S3_URI", "output"), ("OUTPUT_S3_URI", "https://output/"), ("OUTPUT_S3_URI", "s3://b@d/"),
        ])
    func wrong(_ name: String, _ value: String) {
        #expect { try Self.settings([name: value]) } throws: { error in
            (error as? IntakeSettingError)?.name == name && !"\(error)".contains("\"\(value)\"")
        }
    }

    @Test("The error of a missing setting names it", arguments: ["DICOM_BUCKET", "OUTPUT_S3_URI"])
    func missing(_ name: String) {
        #expect { try Self.settings([name: ""]) } throws: { ($0 as? IntakeSettingError)?.name == name }
    }
}
