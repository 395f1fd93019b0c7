/// What is sent: so many objects at most, over so many associations at once.
struct Workload: Sendable {
    let name: String
    let object: StoredObject
    /// Of one pass: what is stored stays until it has ended.
    let objects: Int
    let associations: Int
    /// Nil: each association sends its share of the objects.
    var objectsPerAssociation: Int?
    /// Nil: all objects are of one study.
    var objectsPerStudy: Int?
    /// Operations outstanding on one association.
    var window = 1

    /// The number of an object's study.
    func study(of number: Int) -> Int { objectsPerStudy.map { 1 + number / $0 } ?? 0 }

    /// The objects a second that a store lets through that answers so late, over 50 connections to it at most.
    func limit(latencyMilliseconds: Double) -> Double {
        Double(min(associations * window, 50)) / latencyMilliseconds * 1000
    }

    /// Whether a folder would have to hold gigabytes.
    var isTooLargeForFolder: Bool {
        guard case .pixels(let bytes) = object.body else { return false }
        return objects * bytes > 4 << 30
    }
}
