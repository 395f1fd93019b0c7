// SPDX-License-Identifier: Apache-2.0

/// The load: objects of one kind, sent over several associations at the same time.
struct Workload: Sendable {
    let name: String
    let object: StoredObject
    /// The maximum of objects in one pass. What they store is kept until the pass ends.
    let objects: Int
    let associations: Int
    /// `nil` if each association sends its share of all objects.
    var objectsPerAssociation: Int?
    /// `nil` if all objects belong to one study.
    var objectsPerStudy: Int?
    /// The number of outstanding operations on one association.
    var window = 1

    /// The number of an object's study.
    func study(of number: Int) -> Int { objectsPerStudy.map { 1 + number / $0 } ?? 0 }

    /// The objects a second that a store with this latency can accept, over at most 50 connections.
    func limit(latencyMilliseconds: Double) -> Double {
        Double(min(associations * window, 50)) / latencyMilliseconds * 1000
    }

    /// Whether the objects of a pass take more than four gigabytes.
    var isTooLargeForFolder: Bool {
        guard case .pixels(let bytes) = object.body else { return false }
        return objects * bytes > 4 << 30
    }
}
