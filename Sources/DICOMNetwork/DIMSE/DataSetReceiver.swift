// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Takes the data set of one operation as it arrives, on the event loop.
package protocol DataSetReceiver: AnyObject {
    /// Takes the next bytes, exactly as sent. `fragment` is never empty.
    ///
    /// The association reads nothing more from the socket until the next fragment may come. If the future fails, the
    /// rest of the data set is read and dropped, and `finish` decides the status; if it fails with `PeerNotWanted`, we
    /// abort.
    func receive(_ fragment: ByteBuffer) -> Readiness

    /// The last fragment was received. The response is sent when the future completes. It never fails: a failure is a
    /// status.
    func finish() -> EventLoopFuture<OperationOutcome>

    /// The association ended before the last fragment was taken: forget the data set and leave nothing behind.
    func cancel()
}

/// The peer costs other peers too much: its association is aborted.
package struct PeerNotWanted: Error, Hashable, Sendable {
    package init() {}
}
