// SPDX-License-Identifier: Apache-2.0

/// Every mutant: its name on the command line, and the number of seeds within which it must be found.
enum MutantList {
    static let all: [(name: String, seeds: Int, make: @Sendable () -> Mutant)] = [
        ("no-term-check", 20_000, { NoTermCheck() }),
        ("lease-from-answer", 20_000, { LeaseFromAnswer() }),
        ("leases-before-markers", 20_000, { LeasesBeforeMarkers() }),
        ("clock-after-leases", 20_000, { ClockAfterLeases() }),
        ("marker-before-manifest", 20_000, { MarkerBeforeManifest() }),
        ("acknowledged-without-marker", 20_000, { AcknowledgedWithoutMarker() }),
        ("acknowledged-without-object", 20_000, { AcknowledgedWithoutObject() }),
        ("marker-before-execution", 20_000, { MarkerBeforeExecution() }),
        ("manifest-not-compared", 20_000, { ManifestNotCompared() }),
        ("manifests-unconditional", 20_000, { ManifestsUnconditional() }),
        ("audit-after-manifest", 20_000, { AuditAfterManifest() }),
        ("no-audit", 20_000, { NoAudit() }),
        ("no-second-look-at-further-manifests", 20_000, { FurtherManifestsNotStarted() }),
        ("key-twice", 20_000, { KeyTwice() }),
        ("sweep-removes-marker-first", 20_000, { SweepRemovesMarkerFirst() }),
        ("gone-after-one-lease", 20_000, { GoneAfterOneLease() }),
        ("another-execution-name", 20_000, { AnotherExecutionName() }),
        ("first-page-only", 20_000, { FirstPageOnly() }),
        ("another-client-token", 20_000, { AnotherClientToken() }),
        ("queue-without-groups", 20_000, { QueueWithoutGroups() }),
        ("lease-not-written", 20_000, { LeaseNotWritten() }),
        ("first-study-only", 20_000, { FirstStudyOnly() }),
        ("manifest-of-one-study", 20_000, { ManifestOfOneStudy() }),
        ("marker-without-datastore", 20_000, { MarkerWithoutDatastore() }),
        ("execution-without-datastore", 20_000, { ExecutionWithoutDatastore() }),
        ("study-markers-ignored", 20_000, { StudyMarkersIgnored() }),
        ("study-marker-only", 20_000, { StudyMarkerOnly() }),
        ("study-executions-ignored", 20_000, { StudyExecutionsIgnored() }),
        ("study-before-markers", 20_000, { StudyBeforeMarkers() }),
        ("study-closed-unconditionally", 20_000, { StudyClosedUnconditionally() }),
        ("study-after-marker", 20_000, { StudyAfterMarker() }),
    ]

    static func named(_ name: String) -> (name: String, seeds: Int, make: @Sendable () -> Mutant)? {
        all.first { $0.name == name }
    }
}
