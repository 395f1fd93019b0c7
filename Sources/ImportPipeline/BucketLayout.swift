// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import DICOM
import Digests

/// Where each kind of object is kept in the bucket. Keys hold UIDs, dates and delivery ids, and never a patient's data.
package enum BucketLayout {
    package static let manifests = "deliveries/"
    package static let openMarkers = "open/"
    package static let taskLeases = "tasks/"
    /// An audit for each delivery that a sweep closed because its task was gone, until the second look at it.
    package static let audits = "audits/"
    /// Every object below it is imported on its own, whatever its name is.
    package static let inbox = "inbox/"
    /// With `INBOX_TAKEN=move`, the objects of the inbox whose imports have been started.
    package static let taken = "taken/"
    /// Storage commitment: what was asked for, and what the answer is. The rest of a key is the document's SHA-256.
    package static let commitments = "commitments/"
    /// The position at which the last sweep stopped. The object does not exist when that sweep had time for everything.
    package static let sweepPosition = "sweeps/position"

    /// `2026/11/23/{deliveryId}/`, where the date is the day (UTC) on which the delivery was opened, as in its id.
    package static func prefix(of delivery: DeliveryID) -> String {
        let digits = delivery.description
        return "\(digits.prefix(4))/\(digits.dropFirst(4).prefix(2))/\(digits.dropFirst(6).prefix(2))/\(digits)/"
    }

    /// Takes the UIDs as the data set has them; see `component(ofUID:)`.
    package static func instanceKey(
        _ delivery: DeliveryID, study: String, series: String, instance: String
    ) -> String {
        instanceKey(prefix: prefix(of: delivery), study: study, series: series, instance: instance)
    }

    /// The key of an instance in a delivery whose prefix is known.
    package static func instanceKey(prefix: String, study: String, series: String, instance: String) -> String {
        instanceKey(studyFolder: studyFolder(prefix: prefix, study: study), series: series, instance: instance)
    }

    package static func instanceKey(studyFolder: String, series: String, instance: String) -> String {
        "\(studyFolder)\(component(ofUID: series))/\(component(ofUID: instance)).dcm"
    }

    /// The beginning of the keys of a study's instances, in a delivery whose prefix is known.
    package static func studyFolder(prefix: String, study: String) -> String {
        "\(prefix)\(component(ofUID: study))/"
    }

    /// A UID as a key contains it: unchanged if it has 1 to 64 digits and dots, otherwise its SHA-256 in 64 hexadecimal
    /// digits. A UID of dots alone is hashed too: as a path it would lead to another folder. What has this form already
    /// stays as it is.
    package static func component(ofUID uid: String) -> String {
        isComponent(uid) ? uid : Array(SHA256.hash(uid.utf8)).hexadecimal
    }

    /// `deliveries/{deliveryId}.json`; a further manifest has the key `deliveries/{deliveryId}.1.json`.
    package static func manifestKey(of id: ImportID) -> String { "\(manifests)\(id.text(separator: ".")).json" }

    /// The beginning of the keys of all manifests of the delivery, and of no other keys.
    package static func manifests(of delivery: DeliveryID) -> String { "\(manifests)\(delivery)." }

    /// `open/{task}/{deliveryId}`
    package static func openMarkerKey(of delivery: DeliveryID, task: TaskID) -> String {
        "\(openMarkers)\(task)/\(delivery)"
    }

    package static func taskLeaseKey(of task: TaskID) -> String { "\(taskLeases)\(task)" }

    /// A key in the output bucket. The folders of the jobs begin with a date, so none of them has this name.
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

    /// The UIDs in the key of an instance of a delivery; `nil` for a key that no receiver writes there. A receiver does
    /// not store malformed UIDs, so the key contains each UID unchanged.
    package static func instance(
        ofKey key: String, in delivery: DeliveryID
    ) -> (study: String, series: String, instance: String)? {
        guard let rest = key.removing(prefix: prefix(of: delivery))?.removing(suffix: ".dcm") else { return nil }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ TextRule.uid.allows(String($0)) }) else { return nil }
        return (String(parts[0]), String(parts[1]), String(parts[2]))
    }

    /// The UIDs in the key of an instance of a delivery, in the form that the key has: see `component(ofUID:)`. `nil`
    /// for any other key.
    package static func components(
        ofInstanceKey key: String, in delivery: DeliveryID
    ) -> (study: String, series: String, instance: String)? {
        guard let rest = key.removing(prefix: prefix(of: delivery))?.removing(suffix: ".dcm") else { return nil }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts.allSatisfy(isComponent) else { return nil }
        return (parts[0], parts[1], parts[2])
    }

    /// Whether `component(ofUID:)` can return this text.
    @Sendable package static func isComponent(_ text: String) -> Bool {
        let isHash = text.utf8.count == 2 * SHA256.byteCount && text.utf8.allSatisfy(\.isLowerCaseHexadecimalDigit)
        let isSafe =
            (1...UID.maximumLength).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") } && text.utf8.contains(where: \.isDigit)
        return isHash || isSafe
    }

    /// The task whose lease has this key; `nil` for any other key.
    package static func task(ofLeaseKey key: String) -> TaskID? {
        key.removing(prefix: taskLeases).flatMap { TaskID(String($0)) }
    }

    /// The import that the manifest with this key starts; `nil` for any other key.
    package static func importID(ofManifestKey key: String) -> ImportID? {
        guard let name = key.removing(prefix: manifests)?.removing(suffix: ".json") else { return nil }
        return ImportID(String(name), separator: ".")
    }

    /// `taken/{deliveryId}/{rest}`: objects that had the same key in the inbox one after the other get different keys
    /// here. S3 takes keys of at most 1,024 bytes; of a longer key the end is kept.
    package static func takenKey(ofInboxKey key: String, as delivery: DeliveryID) -> String {
        let folder = "\(taken)\(delivery)/"
        var rest = (key.removing(prefix: inbox) ?? key[...]).unicodeScalars
        while folder.utf8.count + Substring(rest).utf8.count > 1_024 { rest.removeFirst() }
        return folder + String(rest)
    }

    /// Whether this is the empty object, with a key that ends in `/`, by which tools show a folder.
    package static func isFolderMarker(_ key: String, size: Int) -> Bool { size == 0 && key.ends(with: "/") }

    package static func isInInbox(_ key: String) -> Bool { key.begins(with: inbox) }
}
