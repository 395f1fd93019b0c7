// SPDX-License-Identifier: Apache-2.0

/// The protocol as it is designed. The first line of defence is the lease, the marker and the sweep. It must hold by
/// itself while clocks differ by at most two leases. If they differ by more, the second look must repair the result.
extension Run {
    static let designed = [
        Run("two-instances") { $0.instances = 2 },
        Run("two-sweeps") { $0.sweeps = 2 },
        Run("two-renewals") { $0.renewals = 2 },
        Run("lost-events") {
            $0.instances = 2
            $0.loseEvents()
        },
        Run("clock-ahead") { $0.skewTicks = 5 },
        Run("slow-sweep") { $0.delayTicks = 6 },
        Run("clock-far-ahead") { $0.advanceClock() },
        Run("paused-clock") {
            $0.pauseClock()
            $0.lookTwice()
        },
        Run("paused-clock-two-instances") {
            $0.instances = 2
            $0.pauseClockBriefly()
            $0.lookTwice()
        },
        // If no task dies, comparing manifests is enough, without a second look.
        Run("paused-clock-nothing-dies") {
            $0.instances = 2
            $0.tasksDie = false
            $0.pauseClockBriefly()
        },
        Run("two-second-looks") {
            $0.sweeps = 2
            $0.pauseClockBriefly()
            $0.lookTwice()
            $0.loseEvents()
        },
        Run("everything") {
            $0.pauseClock()
            $0.lookTwice()
            $0.loseEvents()
        },
    ]

    /// Runs that take minutes.
    static let designedLong = [
        Run("two-of-each") {
            $0.instances = 2
            $0.sweeps = 2
            $0.loseEvents()
        },
        Run("three-instances") {
            $0.instances = 3
            $0.loseEvents()
        },
        Run("three-sweeps") {
            $0.sweeps = 3
            $0.loseEvents()
        },
        Run("long-lease") {
            $0.leaseTicks = 3
            $0.renewals = 2
            $0.loseEvents()
        },
        Run("long-pause") {
            $0.pauseTicks = 8
            $0.deliveryTicks = 2
            $0.auditTicks = 4
            $0.loseEvents()
        },
        Run("everything-two-instances") {
            $0.instances = 2
            $0.pauseClock()
            $0.lookTwice()
            $0.loseEvents()
        },
        Run("everything-two-sweeps") {
            $0.sweeps = 2
            $0.pauseClock()
            $0.lookTwice()
            $0.loseEvents()
        },
        Run("everything-two-of-each") {
            $0.instances = 2
            $0.sweeps = 2
            $0.pauseClockBriefly()
            $0.lookTwice()
            $0.loseEvents()
        },
    ]
}
