/// How long an invocation may work: what it cannot finish in time must be said while there is time to say it.
package struct WorkingTime: Sendable {
    /// What one object may take, however large it is and whatever it holds. Copying 10 GB takes some seconds.
    package static let maximumPerObject: Duration = .seconds(50)
    /// What is kept for the answer: no more than a tenth of all.
    private static let maximumMargin: Duration = .seconds(5)

    private let remaining: @Sendable () -> Duration
    private let margin: Duration

    package init(remaining: @escaping @Sendable () -> Duration) {
        self.remaining = remaining
        margin = min(Self.maximumMargin, remaining() / 10)
    }

    /// For the work itself.
    var left: Duration { max(.zero, remaining() - margin) }

    /// What a part of the work may take that can be cut off at any time.
    var forPart: Duration { min(left, Self.maximumPerObject) }

    /// What the next object may take; nil where it might need more than there is. The first one begins in any case: where the
    /// whole invocation is shorter, nothing would ever be taken.
    func forNextObject(isFirst: Bool) -> Duration? {
        isFirst || left >= Self.maximumPerObject ? forPart : nil
    }
}
