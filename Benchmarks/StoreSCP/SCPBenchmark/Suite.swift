// SPDX-License-Identifier: Apache-2.0

/// A set of workloads, and what is measured with them.
struct Suite {
    let workloads: [Workload]
    let columns: [Column<Measurement>]
    var limits = Measurement.Limits()
    var files = Storage.Files.kept
    /// Whether memory is prepared before each measurement, see `WarmMemory`.
    var warmsMemory = true

    static let named: [String: Suite] = [
        "folder": Suite(workloads: folderWorkloads, columns: .all),
        "folder-removed": Suite(workloads: folderWorkloads, columns: .all, files: .removed),
        "discard": Suite(workloads: [ct(5000, associations: 1), multiFrame], columns: .all, warmsMemory: false),
        "s3-fast": Suite(
            workloads: [ct(2000, associations: 8), ct(2000, associations: 64), structuredReports], columns: .all),
        // More objects than a store with a realistic latency can accept in this time.
        "s3-latency": Suite(
            workloads: [
                ct(100_000, associations: 1), ct(100_000, associations: 8), ct(100_000, associations: 16),
                ct(100_000, associations: 64),
                Workload(
                    name: "CT, 1 association, window 16", object: .ct, objects: 100_000, associations: 1, window: 16),
            ],
            columns: .all, limits: Measurement.Limits(seconds: 5, passSeconds: 5)),
        "routes": Suite(
            workloads: [ct(2000, associations: 8), oneAnAssociation, structuredReports], columns: .all,
            files: .removed),
        "memory": Suite(
            workloads: [
                ct(512, associations: 64), multiFrame,
                Workload(
                    name: "multi-frame, 16 associations", object: .multiFrame, objects: 16, associations: 16),
            ],
            columns: [.peakMebibytes, .objectsPerSecond], limits: Measurement.Limits(seconds: 0, passSeconds: 60),
            warmsMemory: false),
    ]

    private static let folderWorkloads = [
        ct(2000, associations: 1), ct(2000, associations: 8), ct(2000, associations: 64), oneAnAssociation,
        structuredReports, compressed, multiFrame,
    ]

    static func ct(_ objects: Int, associations: Int) -> Workload {
        let plural = associations == 1 ? "" : "s"
        return Workload(
            name: "CT, \(associations) association\(plural)", object: .ct, objects: objects, associations: associations)
    }

    private static let oneAnAssociation = Workload(
        name: "CT, one an association", object: .ct, objects: 1000, associations: 8, objectsPerAssociation: 1)

    static let multiFrame = Workload(name: "multi-frame", object: .multiFrame, objects: 1, associations: 1)

    private static let structuredReports = Workload(
        name: "SR, 8 associations", object: .structuredReport, objects: 10_000, associations: 8)

    private static let compressed = Workload(
        name: "compressed, 8 associations", object: .compressed, objects: 4000, associations: 8)
}
