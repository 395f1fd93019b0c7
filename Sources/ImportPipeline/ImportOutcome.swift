/// What became of a delivery, by what HealthImaging's own output says.
package enum ImportOutcome: String, Codable, Sendable {
    /// Not known yet.
    case pending = "PENDING"
    /// Every instance was imported.
    case imported = "IMPORTED"
    /// Some were.
    case partial = "PARTIAL"
    /// None was.
    case failed = "FAILED"
    /// It never came to a job: no DICOM, or none that HealthImaging takes.
    case rejected = "REJECTED"
}
