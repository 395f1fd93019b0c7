/// What a receiver has to know of an instance. Of the patient's data only lengths are kept, never values.
package struct InstanceHeader: Hashable, Sendable {
    package internal(set) var sopClassUID: UID?
    package internal(set) var sopInstanceUID: UID?
    package internal(set) var studyInstanceUID: UID?
    package internal(set) var seriesInstanceUID: UID?
    /// `YYYYMMDD`. Nil when absent, or not a date in the form of PS3.5 §6.2 or its predecessor `YYYY.MM.DD`.
    package internal(set) var studyDate: String?
    /// In characters without padding. Nil when absent, or when the character set does not let them be counted.
    package internal(set) var studyIDLength: Int?
    /// In characters without padding. Nil when absent, or when the character set does not let them be counted.
    package internal(set) var studyDescriptionLength: Int?
    /// In characters without padding. Nil when absent, or when the character set does not let them be counted.
    package internal(set) var patientIDLength: Int?

    package init() {}
}
