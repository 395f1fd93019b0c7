import ImportPipeline

/// `report.json` in a job's output folder: what became of each instance that was not simply imported. It names objects by
/// their keys, and is the place for what HealthImaging says of each, which the table has no room for.
struct ImportReport: Encodable, Sendable, Equatable {
    /// What the outcome rests on.
    enum Proof: String, Encodable, Sendable {
        /// Every instance was looked up among those that HealthImaging names.
        case instances
        /// HealthImaging named none, or not all that it wrote could be read, or it is not known which there should be: numbers were
        /// compared.
        case counts
        /// HealthImaging gave no such numbers either.
        case nothing
    }

    struct Study: Encodable, Sendable, Equatable {
        let studyInstanceUID: String
        let instanceCount: Int
        let importedCount: Int
    }

    let deliveryId: DeliveryID
    /// As the data set has it, as are the next two: set where the delivery holds one study, series or instance only. A key has the
    /// SHA-256 of a malformed one.
    let studyInstanceUID: String?
    let seriesInstanceUID: String?
    let sopInstanceUID: String?
    let jobId: String
    let attempt: Int
    let outcome: ImportOutcome
    let proof: Proof
    let instanceCount: Int
    /// nil: not known.
    let importedCount: Int?
    /// Those of the delivery, as far as each instance was looked up; at most `DeliveryManifest.maximumStudies`.
    let studies: [Study]
    let failed: [JobResults.FailedFile]
    /// Keys of which HealthImaging says nothing.
    let missing: [String]
    /// Instances that were imported, and what HealthImaging warns of; not all of them where they are very many.
    let warnings: [JobResults.WarnedFile]
    let warningCount: Int
    /// Keys of instances in image sets that are not primary.
    let nonPrimary: [String]
    /// Keys of objects beside the delivery's instances, whose senders were never told that they were stored.
    let unacknowledged: [String]
    /// What cannot be read of HealthImaging's lines about single files; not all of it where it is very much.
    let unreadable: [JobResults.UnreadablePlace]
    let unreadableCount: Int
}
