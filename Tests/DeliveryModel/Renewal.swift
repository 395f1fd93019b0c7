/// A write of the task's lease that is under way.
struct Renewal: Equatable {
    var isUnderWay = false
    var hasLanded = false
    /// Ticks since it was begun.
    var elapsed: UInt8 = 0

    /// They are alike, as sweeps are.
    var rank: UInt8 { (isUnderWay ? 16 : 0) | (hasLanded ? 8 : 0) | elapsed }
}
