/// The names of the attributes in the index of instances, each a string but for `beside`.
package enum InstanceAttribute: String, CaseIterable, Sendable {
    /// The partition key. UIDs stand as in keys of the bucket: a malformed one as its SHA-256.
    case sopInstanceUID
    /// The sort key.
    case datastoreId
    /// The key of the index over studies.
    case studyInstanceUID
    case seriesInstanceUID
    /// Missing where nobody has told it.
    case sopClassUID
    case outcome
    /// The delivery's id, or that of a further manifest.
    case importId
    /// When the delivery was closed, while the import is under way.
    case receivedAt
    case jobId
    case submittedAt
    case endedAt
    case imageSetId
    case imageSetVersion
    case isPrimary
    /// Codes of HealthImaging, with commas between them.
    case warnings
    case errorType
    case message
    /// A list of what other imports said of the instance, under the same names.
    case beside
    /// The newest import that has ended, where none that the row still tells of is as new.
    case newestEnded
    /// Changes with each write of the row.
    case revision
}
