// SPDX-License-Identifier: Apache-2.0

/// The time in which an invocation may work: there must be time left to report what it cannot finish.
package struct WorkingTime: Sendable {
    /// The time limit of one object, whatever its size and content are. Copying 10 GB takes some seconds.
    package static let maximumPerObject: Duration = .seconds(50)
    /// The time that is kept for the answer: at most a tenth of all.
    private static let maximumMargin: Duration = .seconds(5)

    private let remaining: @Sendable () -> Duration
    private let margin: Duration

    package init(remaining: @escaping @Sendable () -> Duration) {
        self.remaining = remaining
        margin = min(Self.maximumMargin, remaining() / 10)
    }

    /// The time left for work.
    var left: Duration { max(.zero, remaining() - margin) }

    /// The time limit of a part of the work that may be cancelled at any time.
    var forPart: Duration { min(left, Self.maximumPerObject) }

    /// The time limit of the next object; `nil` if it might need more time than is left. The first object always
    /// begins: if the whole invocation is shorter than its limit, no object would ever be taken.
    func forNextObject(isFirst: Bool) -> Duration? {
        isFirst || left >= Self.maximumPerObject ? forPart : nil
    }
}
