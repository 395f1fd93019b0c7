/// Whether a study opens a delivery of its own or joins one, so that a flood of studies is not as many import jobs: HealthImaging
/// starts about one a second.
///
/// Openings take tokens from a bucket. While it has one, each study opens a delivery. Without a token the study joins the delivery that its
/// sender opened last. A sender for whom there is none opens one all the same and leaves a debt, so that the pace holds in the long run.
///
/// Senders take turns: in the time for two openings of each sender, and in that in which the bucket fills, a delivery becomes too old to be joined. So
/// a sender whose tokens others always take does not wait for its import longer than that. By turns alone half as much is opened as the pace allows: the
/// rest is for tokens.
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
        if !hasToken, let openedAt, now - openedAt < max(filling, interval * 2 * senders) { return false }
        fullAt = min(full, now + filling + filling)
        return true
    }
}
