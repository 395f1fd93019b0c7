import ByteComparison
import FoundationEssentials

/// What one import says of one instance: that it is under way, or what became of the instance.
///
/// Its values are those of the row, in a dictionary: the functions' zips have no room for the coding of another type.
package struct InstanceAttempt: Hashable, Sendable {
    package enum Outcome: String, Sendable {
        /// The delivery's manifest was read.
        case pending = "PENDING"
        case imported = "IMPORTED"
        /// HealthImaging says that it did not import the instance, or the job has failed.
        case failed = "FAILED"
        /// What HealthImaging wrote about single files was read whole, and does not name the instance.
        case missing = "MISSING"
    }

    /// As it stands in keys.
    package let sopInstanceUID: String
    package let importID: ImportID
    package let outcome: Outcome
    private let values: [String: String]

    /// As the row has it; nil where it is not one.
    package init?(sopInstanceUID: String, values: [String: String]) {
        guard let outcome = values[InstanceAttribute.outcome.rawValue].flatMap(Outcome.init),
            let importID = values[InstanceAttribute.importId.rawValue].flatMap({ ImportID($0) })
        else { return nil }
        self.sopInstanceUID = sopInstanceUID
        self.outcome = outcome
        self.importID = importID
        self.values = values
    }

    /// By the key of the instance's object; nil where it is not one of the delivery's.
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

    /// All but the key.
    var attributes: [String: String] { values }
}

/// The later one is of the job that HealthImaging took later; imports that are under way are in the order of their ids.
extension InstanceAttempt: Comparable {
    package static func < (lhs: InstanceAttempt, rhs: InstanceAttempt) -> Bool {
        let (left, right) = (lhs.order, rhs.order)
        return left == right ? lhs.wording < rhs.wording : left < right
    }

    /// Of two in one image set: the higher version.
    func isOlder(inImageSet other: InstanceAttempt) -> Bool {
        (imageSetVersion, self) < (other.imageSetVersion, other)
    }

    private var imageSetVersion: Int { self[.imageSetVersion].flatMap { Int($0) } ?? 0 }

    private var order: (ByteText, ImportID, ByteText, Int) {
        (
            ByteText(self[.submittedAt] ?? ""), importID, ByteText(self[.jobId] ?? ""),
            // One job of which two objects are the same instance: what is not certain does not count as imported.
            outcome == .imported ? 0 : 1
        )
    }

    /// Of the same job: any order will do that is the same for everybody.
    private var wording: ByteText {
        ByteText(values.sorted { ByteText($0.key) < ByteText($1.key) }.map { "\($0)=\($1)" }.joined(separator: "\n"))
    }
}
