/// Whether a study opens a delivery of its own or joins one, so that a flood of studies is not as many import jobs: HealthImaging
/// starts about one a second.
///
/// Openings take tokens from a bucket. While it has one, each study opens a delivery. Without a token the study joins the delivery that its
/// sender opened last. A sender for whom there is none opens one all the same and leaves a debt, so that the pace holds in the long run.
///
/// Senders take turns: once `senders` have had the time for an opening each, and the bucket for all of its tokens, a delivery is too old to be
/// joined. So a sender whose token another always takes does not wait for its import longer than that.
package struct OpeningPace: Sendable, Equatable {
    private let interval: Duration
    /// In which the empty bucket fills.
    private let filling: Duration
    /// When it is full if nothing is opened until then, by the clock of the caller.
    private var fullAt = Duration.zero

    /// One opening every `seconds`, and `burst` at once; 0 seconds: no study waits for a token.
    package init(seconds: Int, burst: Int) {
        interval = .seconds(seconds)
        filling = interval * burst
    }

    /// Every study opens a delivery.
    package static let unlimited = OpeningPace(seconds: 0, burst: 1)

    /// Whether a study opens a delivery at this time; if not, it joins the one that its sender opened last.
    ///
    /// `openedAt`: when that delivery was opened; nil: there is none, or it takes no study. `senders`: how many have a delivery that is not
    /// closed. The debt is at most another bucket, so that a crowd of senders who each need a delivery does not make the next study
    /// wait for long.
    package mutating func opens(at now: Duration, orJoinsOneOpenedAt openedAt: Duration?, senders: Int) -> Bool {
        guard interval > .zero else { return true }
        let full = max(fullAt, now) + interval
        let hasToken = full <= now + filling
        if !hasToken, let openedAt, now - openedAt < max(filling, interval * senders) { return false }
        fullAt = min(full, now + filling + filling)
        return true
    }
}
