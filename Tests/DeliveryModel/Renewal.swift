// SPDX-License-Identifier: Apache-2.0

/// A write of the task's lease that is under way.
struct Renewal: Equatable {
    var isUnderWay = false
    var hasLanded = false
    /// Ticks since the write began.
    var elapsed: UInt8 = 0

    /// Renewals are interchangeable, like sweeps: see `Sweep.rank`.
    var rank: UInt8 { (isUnderWay ? 16 : 0) | (hasLanded ? 8 : 0) | elapsed }
}
