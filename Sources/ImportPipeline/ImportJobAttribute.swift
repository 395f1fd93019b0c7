// SPDX-License-Identifier: Apache-2.0

/// The names of the attributes of an import job's item, each of which is a string.
///
/// The state machine and the system tests spell some of them as well: `ImportJobItemTests` and
/// Tests/System/test_import_job_item.py compare those with this list.
package enum ImportJobAttribute: String, CaseIterable, Sendable {
    /// The partition key: HealthImaging's id of the job; the import's id where no job was started, the delivery's id of
    /// a rejection.
    case jobId
    case deliveryId
    case datastoreId
    /// The route that named the data store.
    case route
    case dataAccessRoleArn
    case inputS3Uri
    case outputS3Uri
    /// From 1.
    case attempt
    /// The status of HealthImaging's job; `REJECTED` where an object was rejected.
    case jobStatus
    /// An `ImportOutcome`.
    case outcome
    case submittedAt
    case endedAt
    /// Why the outcome is not `IMPORTED`.
    case message
    case reportS3Uri
    /// `true` where another job of the same import follows.
    case startedAgain
    /// The execution that imports the same again. Only `dicomstore redrive` writes it.
    case redrivenAs
    /// The delivery that this one repeats.
    case repeats
    case studyCount
    case instanceCount
    /// Set where the import has one study, as are the date and, with one series or one instance, the next two.
    case studyInstanceUID
    case studyDate
    case seriesInstanceUID
    case sopInstanceUID
    case scannedCount
    case importedCount
    case failedCount
    case missingCount
    case warningCount
    case nonPrimaryCount
    case imageSetCount
    /// The only study that was not imported completely.
    case incompleteStudyInstanceUID
    /// How many instances that study has in the delivery.
    case incompleteStudyInstanceCount
}
