// SPDX-License-Identifier: Apache-2.0

/// A study in a data store. Its text, `{datastoreId}/{studyInstanceUID}`, is the key of the study's item.
package struct StudyName: Hashable, Sendable, CustomStringConvertible {
    package let datastoreID: String
    /// In the form that keys contain: see `BucketLayout.component(ofUID:)`.
    package let studyInstanceUID: String

    package init(datastoreID: String, studyInstanceUID: String) {
        self.datastoreID = datastoreID
        self.studyInstanceUID = studyInstanceUID
    }

    /// `nil` for a text of any other form.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(datastoreID: String(parts[0]), studyInstanceUID: String(parts[1]))
    }

    package var description: String { "\(datastoreID)/\(studyInstanceUID)" }
}
