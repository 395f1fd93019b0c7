import ImportPipeline

/// `report.json` in a job's output folder: what became of each instance that was not simply imported. It names objects by
/// their keys, and is the place for what HealthImaging says of each, which the table has no room for.
struct ImportReport: Encodable, Sendable, Equatable {
    /// What the outcome rests on.
    enum Proof: String, Encodable, Sendable {
        /// Every instance was looked up among those that HealthImaging names.
        case instances
        /// HealthImaging named none, or it is not known which there should be: numbers were compared.
        case counts
    }

    let deliveryId: DeliveryID
    /// As the data set has it, as are the next two, which are set where the delivery holds one series or one instance only. A key has
    /// the SHA-256 of a malformed one.
    let studyInstanceUID: String
    let seriesInstanceUID: String?
    let sopInstanceUID: String?
    let jobId: String
    let attempt: Int
    let outcome: ImportOutcome
    let proof: Proof
    let instanceCount: Int
    let importedCount: Int
    let failed: [JobResults.FailedFile]
    /// Keys of which HealthImaging says nothing.
    let missing: [String]
    /// Keys of instances in image sets that are not primary.
    let nonPrimary: [String]
    /// Keys of objects beside the delivery's instances, whose senders were never told that they were stored.
    let unacknowledged: [String]
}
