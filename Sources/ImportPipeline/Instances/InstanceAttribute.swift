// SPDX-License-Identifier: Apache-2.0

/// The names of the attributes in the instance index. Each attribute is a string, except `beside`.
package enum InstanceAttribute: String, CaseIterable, Sendable {
    /// The partition key. UIDs have the form of the keys of the bucket: a malformed UID is replaced by its SHA-256.
    case sopInstanceUID
    /// The sort key.
    case datastoreId
    /// The key of the index over studies.
    case studyInstanceUID
    case seriesInstanceUID
    /// Missing if it is not known.
    case sopClassUID
    case outcome
    /// The id of the delivery, or of the import of a further manifest.
    case importId
    /// The time at which the delivery was closed; set while the import is in progress.
    case receivedAt
    case jobId
    case submittedAt
    case endedAt
    case imageSetId
    case imageSetVersion
    case isPrimary
    /// Codes of HealthImaging, separated by commas.
    case warnings
    case errorType
    case message
    /// A list of what other imports said about the instance, with the same attributes.
    case beside
    /// The newest import that has ended; missing if an attempt of the row is as new.
    case newestEnded
    /// Changes with each write of the row.
    case revision
}
