// SPDX-License-Identifier: Apache-2.0

/// Decides whether a study opens a delivery of its own or joins an open one, so that a flood of studies does not become
/// as many import jobs: HealthImaging starts about one job per second.
///
/// Openings take tokens from a bucket. While there is a token, each study opens a delivery. Without a token, a study
/// joins the delivery that its sender opened last. A sender that has no open delivery opens one nevertheless and leaves
/// a debt in the bucket, so that the pace holds in the long run.
///
/// Senders take turns: a delivery becomes too old to be joined after the time of two openings for each sender, and not
/// before the time in which the bucket fills. So even a sender whose tokens are always taken by others waits no longer
/// than that for its import. Turns alone use half of the openings that the pace allows; the other half is left for
/// tokens.
package struct OpeningPace: Sendable, Equatable {
    private let interval: Duration
    /// The time in which an empty bucket fills.
    private let filling: Duration
    /// When the bucket will be full if nothing is opened until then, on the caller's clock.
    private var fullAt = Duration.zero

    /// One opening every `seconds`, and `burst` openings at once. With 0 seconds, every study opens a delivery.
    package init(seconds: Int, burst: Int) {
        interval = .seconds(seconds)
        filling = interval * burst
    }

    /// Every study opens a delivery.
    package static let unlimited = OpeningPace(seconds: 0, burst: 1)

    /// Whether a study opens a delivery now; if not, it joins the delivery that its sender opened last.
    ///
    /// `openedAt` is the time at which that delivery was opened; `nil` when there is none or it takes no more studies.
    /// `senders` is the number of senders that have an open delivery. The debt is at most one bucket, so that many
    /// senders that each need a delivery do not make the next study wait long.
    package mutating func opens(at now: Duration, orJoinsOneOpenedAt openedAt: Duration?, senders: Int) -> Bool {
        guard interval > .zero else { return true }
        let full = max(fullAt, now) + interval
        let hasToken = full <= now + filling
        if !hasToken, let openedAt, now - openedAt < max(filling, interval * 2 * senders) { return false }
        fullAt = min(full, now + filling + filling)
        return true
    }
}
