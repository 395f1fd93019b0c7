// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import FoundationEssentials

/// What one import says about one instance: that the import is in progress, or what became of the instance.
///
/// Its values are the attributes of the row, in a dictionary: the zips of the functions have no room for the coding of
/// another type.
package struct InstanceAttempt: Hashable, Sendable {
    package enum Outcome: String, Sendable {
        /// The manifest of the delivery was read; no result is known yet.
        case pending = "PENDING"
        case imported = "IMPORTED"
        /// HealthImaging says that it did not import the instance, or the job failed.
        case failed = "FAILED"
        /// All lines of HealthImaging about single files were read, and none names the instance.
        case missing = "MISSING"
    }

    /// In the form that keys contain.
    package let sopInstanceUID: String
    package let importID: ImportID
    package let outcome: Outcome
    private let values: [String: String]

    /// From the attributes of a row; `nil` if they are not an attempt.
    package init?(sopInstanceUID: String, values: [String: String]) {
        guard let outcome = values[InstanceAttribute.outcome.rawValue].flatMap(Outcome.init),
            let importID = values[InstanceAttribute.importId.rawValue].flatMap({ ImportID($0) })
        else { return nil }
        self.sopInstanceUID = sopInstanceUID
        self.outcome = outcome
        self.importID = importID
        self.values = values
    }

    /// From the key of the instance's object; `nil` if the key is not one of an instance of the delivery.
    package init?(
        _ outcome: Outcome, ofKey key: String, by importID: ImportID, sopClassUID: String?,
        _ more: [InstanceAttribute: String]
    ) {
        guard let uids = BucketLayout.components(ofInstanceKey: key, in: importID.delivery) else { return nil }
        var values = Dictionary(uniqueKeysWithValues: more.map { ($0.rawValue, $1) })
        values[InstanceAttribute.outcome.rawValue] = outcome.rawValue
        values[InstanceAttribute.importId.rawValue] = importID.description
        values[InstanceAttribute.studyInstanceUID.rawValue] = uids.study
        values[InstanceAttribute.seriesInstanceUID.rawValue] = uids.series
        values[InstanceAttribute.sopClassUID.rawValue] = sopClassUID.map(BucketLayout.component)
        self.init(sopInstanceUID: uids.instance, values: values)
    }

    package subscript(_ attribute: InstanceAttribute) -> String? { values[attribute.rawValue] }

    /// All attributes except the keys of the row.
    var attributes: [String: String] { values }
}

/// An attempt is later if HealthImaging took its job later. Imports in progress are ordered by their ids.
extension InstanceAttempt: Comparable {
    package static func < (lhs: InstanceAttempt, rhs: InstanceAttempt) -> Bool {
        let (left, right) = (lhs.order, rhs.order)
        return left == right ? lhs.wording < rhs.wording : left < right
    }

    /// Whether `other` is newer in the same image set: it has the higher version.
    func isOlder(inImageSet other: InstanceAttempt) -> Bool {
        (imageSetVersion, self) < (other.imageSetVersion, other)
    }

    private var imageSetVersion: Int { self[.imageSetVersion].flatMap { Int($0) } ?? 0 }

    private var order: (ByteText, ImportID, ByteText, Int) {
        (
            ByteText(self[.submittedAt] ?? ""), importID, ByteText(self[.jobId] ?? ""),
            // If two objects of one job are the same instance, a result other than IMPORTED wins: it is not certain
            // that the instance was imported.
            outcome == .imported ? 0 : 1
        )
    }

    /// For attempts of the same job any order is right that every writer agrees on.
    private var wording: ByteText {
        ByteText(values.sorted { ByteText($0.key) < ByteText($1.key) }.map { "\($0)=\($1)" }.joined(separator: "\n"))
    }
}
