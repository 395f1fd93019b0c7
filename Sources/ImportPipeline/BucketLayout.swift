import ByteComparison
import DICOM
import Digests

/// Where things stand in the bucket. Keys hold UIDs, dates and delivery ids, never a patient's data.
package enum BucketLayout {
    package static let manifests = "deliveries/"
    package static let openMarkers = "open/"
    package static let taskLeases = "tasks/"
    /// A document for each delivery that was closed in its task's place, until somebody has looked at it a second time.
    package static let audits = "audits/"
    /// Any object that lands below it is imported on its own, whatever its name.
    package static let inbox = "inbox/"
    /// Objects of the inbox whose imports have been started, where they are to be kept.
    package static let taken = "taken/"
    /// Where the last sweep stopped; there is none when nothing was left.
    package static let sweepPosition = "sweeps/position"

    /// `2026/11/23/{deliveryId}/`: the day on which the delivery was opened (UTC), which its id begins with.
    package static func prefix(of delivery: DeliveryID) -> String {
        let digits = delivery.description
        return "\(digits.prefix(4))/\(digits.dropFirst(4).prefix(2))/\(digits.dropFirst(6).prefix(2))/\(digits)/"
    }

    /// UIDs as the data set has them; see `component(ofUID:)`.
    package static func instanceKey(
        _ delivery: DeliveryID, study: String, series: String, instance: String
    ) -> String {
        instanceKey(prefix: prefix(of: delivery), study: study, series: series, instance: instance)
    }

    /// In a delivery whose prefix is known.
    package static func instanceKey(prefix: String, study: String, series: String, instance: String) -> String {
        instanceKey(studyFolder: studyFolder(prefix: prefix, study: study), series: series, instance: instance)
    }

    package static func instanceKey(studyFolder: String, series: String, instance: String) -> String {
        "\(studyFolder)\(component(ofUID: series))/\(component(ofUID: instance)).dcm"
    }

    /// What the keys of a study's instances begin with in a delivery whose prefix is known.
    package static func studyFolder(prefix: String, study: String) -> String {
        "\(prefix)\(component(ofUID: study))/"
    }

    /// A UID as it stands in a key: as it is, where it has 1 to 64 digits and dots, else as its SHA-256 in 64 hexadecimal digits. One
    /// of dots alone would be a way through folders.
    package static func component(ofUID uid: String) -> String {
        let isSafe =
            (1...UID.maximumLength).contains(uid.utf8.count)
            && uid.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") } && uid.utf8.contains(where: \.isDigit)
        return isSafe ? uid : Array(SHA256.hash(uid.utf8)).hexadecimal
    }

    /// `deliveries/{deliveryId}.json`; a further manifest is `deliveries/{deliveryId}.1.json`.
    package static func manifestKey(of id: ImportID) -> String { "\(manifests)\(id.text(separator: ".")).json" }

    /// What the keys of all manifests of the delivery begin with, and no other key does.
    package static func manifests(of delivery: DeliveryID) -> String { "\(manifests)\(delivery)." }

    /// `open/{task}/{deliveryId}`
    package static func openMarkerKey(of delivery: DeliveryID, task: TaskID) -> String {
        "\(openMarkers)\(task)/\(delivery)"
    }

    package static func taskLeaseKey(of task: TaskID) -> String { "\(taskLeases)\(task)" }

    /// In the output bucket. The jobs' own folders begin with a date.
    package static func recentJobTimesKey(ofDatastore id: String) -> String { "recent-job-times/\(id).json" }

    package static func auditKey(of delivery: DeliveryID) -> String { "\(audits)\(delivery)" }

    /// Whose open marker has this key; nil for any other key.
    package static func openMarker(ofKey key: String) -> (task: TaskID, delivery: DeliveryID)? {
        guard let parts = key.removing(prefix: openMarkers)?.split(separator: "/", omittingEmptySubsequences: false),
            parts.count == 2, let task = TaskID(String(parts[0])), let delivery = DeliveryID(String(parts[1]))
        else { return nil }
        return (task, delivery)
    }

    /// The delivery whose audit has this key; nil for any other key.
    package static func delivery(ofAuditKey key: String) -> DeliveryID? {
        key.removing(prefix: audits).flatMap { DeliveryID(String($0)) }
    }

    /// The UIDs in an instance's key in a delivery; nil for a key that no receiver writes there. It writes no malformed UIDs, so that the key
    /// has each as it is.
    package static func instance(
        ofKey key: String, in delivery: DeliveryID
    ) -> (study: String, series: String, instance: String)? {
        guard let rest = key.removing(prefix: prefix(of: delivery))?.removing(suffix: ".dcm") else { return nil }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ TextRule.uid.allows(String($0)) }) else { return nil }
        return (String(parts[0]), String(parts[1]), String(parts[2]))
    }

    /// The UIDs of an instance's key in a delivery, as they stand there: see `component(ofUID:)`. nil for any other key.
    package static func components(
        ofInstanceKey key: String, in delivery: DeliveryID
    ) -> (study: String, series: String, instance: String)? {
        guard let rest = key.removing(prefix: prefix(of: delivery))?.removing(suffix: ".dcm") else { return nil }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts.allSatisfy(isComponent) else { return nil }
        return (parts[0], parts[1], parts[2])
    }

    /// Whether a UID may stand so in a key.
    private static func isComponent(_ text: String) -> Bool {
        let isHash = text.utf8.count == 2 * SHA256.byteCount && text.utf8.allSatisfy(\.isLowerCaseHexadecimalDigit)
        return isHash || component(ofUID: text).utf8.elementsEqual(text.utf8)
    }

    /// The task whose lease has this key; nil for any other key.
    package static func task(ofLeaseKey key: String) -> TaskID? {
        key.removing(prefix: taskLeases).flatMap { TaskID(String($0)) }
    }

    /// The import that the manifest of this key starts; nil for any other key.
    package static func importID(ofManifestKey key: String) -> ImportID? {
        guard let name = key.removing(prefix: manifests)?.removing(suffix: ".json") else { return nil }
        return ImportID(String(name), separator: ".")
    }

    /// `taken/{deliveryId}/{rest}`: an object that came later under the same key of the inbox has another. S3 takes at most 1,024
    /// bytes; of a longer key the end is kept.
    package static func takenKey(ofInboxKey key: String, as delivery: DeliveryID) -> String {
        let folder = "\(taken)\(delivery)/"
        var rest = (key.removing(prefix: inbox) ?? key[...]).unicodeScalars
        while folder.utf8.count + Substring(rest).utf8.count > 1_024 { rest.removeFirst() }
        return folder + String(rest)
    }

    /// What tools put where they show a folder: an object without content whose key ends in `/`.
    package static func isFolderMarker(_ key: String, size: Int) -> Bool { size == 0 && key.ends(with: "/") }

    package static func isInInbox(_ key: String) -> Bool { key.begins(with: inbox) }
}
