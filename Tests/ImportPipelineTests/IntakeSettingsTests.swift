import Testing

@testable import ImportIntake

@Suite struct IntakeSettingsTests {
    @Test("The settings have defaults")
    func defaults() throws {
        let settings = try IntakeSettings(environment: [:])
        #expect((settings.inboxTaken, settings.auditAfter) == (.delete, 86_400))
        let others = try IntakeSettings(environment: ["INBOX_TAKEN": "move", "AUDIT_AFTER_SECONDS": "5"])
        #expect((others.inboxTaken, others.auditAfter) == (.move, 5))
    }

    @Test(
        "A value that is none is named, and not repeated",
        arguments: [("INBOX_TAKEN", "MOVE"), ("AUDIT_AFTER_SECONDS", "-1"), ("AUDIT_AFTER_SECONDS", "1d")])
    func wrong(_ name: String, _ value: String) {
        #expect { try IntakeSettings(environment: [name: value]) } throws: { error in
            (error as? IntakeSettingError)?.name == name && !"\(error)".contains(value)
        }
    }
}
