// SPDX-License-Identifier: Apache-2.0

/// The names of the attributes in the table of studies.
enum StudyAttribute: String {
    /// The key: `{datastoreId}/{studyInstanceUID}`, where the UID has the form of the keys of the bucket.
    case study
    /// The first delivery that brought instances of the study.
    case firstDeliveryId
    /// A set: the imports that were added, at most `StudyRecord.maximumImports`.
    case imports
    /// Sets: the imports since the study settled last, by what is known of them.
    case pending
    case imported
    case incomplete
    /// `true` if some of these imports are in no set. Otherwise missing.
    case isCut
    /// A number, written as a text, that is higher after each added import.
    case revision
    /// When the first and the last instance of the study arrived.
    case firstInstanceAt
    case lastInstanceAt
    /// When the last import was added.
    case lastImportAt
    /// When the study settled last.
    case settledAt
    /// The keys of the index `due`: the text `open`, and when the study is looked at. Missing if nothing is to be told.
    case open
    case due
    /// In seconds since 1970: when DynamoDB deletes the item.
    case expiresAt

    static func key(_ study: StudyName) -> (name: String, value: String) { (Self.study.rawValue, study.description) }
}
