// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

/// `report.json` in a job's output folder: the result of each instance that was not simply imported. It names objects
/// by their keys, and contains the messages of HealthImaging, for which the table has no room.
struct ImportReport: Encodable, Sendable, Equatable {
    /// The kind of evidence for the outcome.
    enum Proof: String, Encodable, Sendable {
        /// Every instance was compared with the lines of HealthImaging.
        case instances
        /// Numbers were compared: HealthImaging named no instances, or its output could not be read completely, or the
        /// expected instances are not known.
        case counts
        /// HealthImaging gave no numbers either.
        case nothing
    }

    struct Study: Encodable, Sendable, Equatable {
        let studyInstanceUID: String
        let instanceCount: Int
        let importedCount: Int
    }

    let deliveryId: DeliveryID
    let datastoreId: String
    /// Set if the delivery has only one study, as are the next two for one series and one instance. A malformed UID is
    /// replaced by its SHA-256, as in keys.
    let studyInstanceUID: String?
    let seriesInstanceUID: String?
    let sopInstanceUID: String?
    let jobId: String
    let attempt: Int
    let outcome: ImportOutcome
    let proof: Proof
    let instanceCount: Int
    /// `nil` if it is not known.
    let importedCount: Int?
    /// The studies of the delivery, if every instance was compared; at most `DeliveryManifest.maximumStudies`.
    let studies: [Study]
    let failed: [JobResults.FailedFile]
    /// Keys that HealthImaging does not name.
    let missing: [String]
    /// Imported instances with the warnings of HealthImaging; not all of them if there are very many.
    let warnings: [JobResults.WarnedFile]
    let warningCount: Int
    /// Keys of instances in image sets that are not primary.
    let nonPrimary: [String]
    /// Keys of objects that are not instances of the delivery: their senders were never told that they were stored.
    let unacknowledged: [String]
    /// Lines of HealthImaging about single files that cannot be read; not all of them if there are very many.
    let unreadable: [JobResults.UnreadablePlace]
    let unreadableCount: Int
}
