import FoundationEssentials
import ImportPipeline

/// The settings of the intake that have defaults.
package struct IntakeSettings: Sendable, Equatable {
    package let inboxTaken: InboxTaken
    /// In seconds; see `Sweep`.
    package let auditAfter: TimeInterval

    package init(environment: [String: String]) throws(IntakeSettingError) {
        guard let taken = InboxTaken(rawValue: environment["INBOX_TAKEN"] ?? InboxTaken.delete.rawValue) else {
            throw IntakeSettingError(name: "INBOX_TAKEN", expected: "delete or move")
        }
        guard let seconds = environment["AUDIT_AFTER_SECONDS"].map(Int.init) ?? DeliveryAge.secondLook, seconds >= 0
        else { throw IntakeSettingError(name: "AUDIT_AFTER_SECONDS", expected: "a whole number of seconds") }
        inboxTaken = taken
        auditAfter = TimeInterval(seconds)
    }
}

/// A setting has a value that is not one of its values.
package struct IntakeSettingError: Error, Equatable, CustomStringConvertible {
    let name: String
    let expected: String

    package var description: String { "\(name): expected \(expected)" }
}
