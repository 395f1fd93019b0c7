// SPDX-License-Identifier: Apache-2.0

/// Runs that must be violated: faults that only the second look repairs, and mutations of the protocol.
extension Run {
    static let withoutSecondLook = [
        Run("clock-far-ahead-without-second-look") {
            $0.advanceClock()
            $0.auditTicks = nil
        },
        Run("paused-clock-without-second-look") { $0.pauseClock() },
        Run("second-look-at-once") {
            $0.pauseClock()
            $0.auditTicks = 0
        },
    ]

    /// Most of these have no second look, because it would repair the mutation's effect.
    static let mutants = [
        Run(.noTermCheck),
        Run(.leaseCountedFromAnswer),
        Run(.leasesBeforeMarkers),
        Run(.clockReadAfterLease) { $0.delayTicks = 6 },
        Run(.acknowledgedWithoutMarker),
        Run(.markerRemovedBeforeManifest),
        Run(.markerRemovedBeforeExecution) { $0.loseEvents() },
        Run(.livingMarkersNotSwept) { $0.loseEvents() },
        Run(.furtherManifestsRemoveMarker) {
            $0.instances = 2
            $0.loseEvents()
        },
        Run(.recoveryStartsOnlyWhatItWrote) { $0.loseEvents() },
        Run(.conflictingManifestNotCompared) {
            $0.instances = 2
            $0.tasksDie = false
            $0.pauseClockBriefly()
        },
        Run(.manifestsOverwrite) {
            $0.instances = 2
            $0.pauseClockBriefly()
            $0.lookTwice()
        },
        Run(.noAudit) {
            $0.pauseClock()
            $0.lookTwice()
        },
        Run(.auditOnlyWhereSomethingWasFound) {
            $0.pauseClock()
            $0.lookTwice()
        },
        Run(.auditAfterManifest) {
            $0.instances = 2
            $0.pauseClockBriefly()
            $0.lookTwice()
        },
        Run(.secondLookStartsNoExecutions) {
            $0.pauseClock()
            $0.lookTwice()
            $0.loseEvents()
        },
        Run(.deliveryOutlivesSecondLook) {
            $0.pauseClock()
            $0.auditTicks = 2
        },
    ]
}
