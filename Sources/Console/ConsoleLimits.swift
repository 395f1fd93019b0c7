// SPDX-License-Identifier: Apache-2.0

/// The bounds of everything that a page, or another program of this machine, can make the console hold.
package struct ConsoleLimits: Sendable {
    /// Open connections. One more is closed at once.
    package var connections = 64
    /// Requests that are answered at one time, over all connections. One more gets the status 503.
    package var requestsAtOnce = 32
    /// Bytes of one request: line and header fields. A request has no body.
    package var requestBytes = 16 << 10
    /// The time until a whole request arrived: after the connection was opened, or after the last answer.
    package var secondsUntilRequest: Int64 = 60
    /// Deliveries that the list holds: the newest.
    package var deliveries = 20_000
    /// Removed deliveries that are remembered for pages that ask what changed. A page that asks for more gets the list.
    package var removals = 1_000
    /// Deliveries whose trace is held, deliveries whose log lines are held, and names whose finding is held.
    package var details = 32
    /// Instances in one answer.
    package var instancesInAnswer = 200
    /// Log lines in one answer: the newest.
    package var logLinesInAnswer = 1_000
    /// Bytes of a name that is looked for.
    package var nameBytes = 256
    /// Bytes of an instance of which a thumbnail is made.
    package var instanceBytes = 64 << 20
    /// Thumbnails that are made at one time. One more gets the status 503.
    package var thumbnailsAtOnce = 2
    /// The longer side of a thumbnail, in pixels.
    package var thumbnailSide = 384

    package init() {}
}
