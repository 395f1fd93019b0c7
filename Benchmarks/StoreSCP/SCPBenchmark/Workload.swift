/// What is sent: so many objects of one size, over so many associations at once.
struct Workload {
    let name: String
    let objectBytes: Int
    let objects: Int
    let associations: Int
    /// Nil: each association sends its share of the objects.
    var objectsPerAssociation: Int?

    static let ct = 512 << 10

    static let all = [
        Workload(name: "CT, 1 association", objectBytes: ct, objects: 500, associations: 1),
        Workload(name: "CT, 8 associations", objectBytes: ct, objects: 500, associations: 8),
        Workload(name: "CT, 64 associations", objectBytes: ct, objects: 512, associations: 64),
        Workload(name: "SR, 8 associations", objectBytes: 5 << 10, objects: 2000, associations: 8),
        Workload(
            name: "CT, one an association", objectBytes: ct, objects: 400, associations: 8, objectsPerAssociation: 1),
        Workload(name: "multi-frame", objectBytes: 400 << 20, objects: 1, associations: 1),
    ]
}
