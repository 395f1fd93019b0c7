import NIOCore

/// Takes one instance's data set as it arrives, on the event loop.
package protocol InstanceReceiver: AnyObject {
    /// Takes the next bytes, none of them empty, exactly as sent.
    ///
    /// Nil: more may come at once. A future: the association reads nothing more from the socket until it completes. If it
    /// fails, the rest of the data set is consumed and dropped, and `finish` decides the status; if it fails with
    /// `PeerNotWanted`, we abort.
    func receive(_ fragment: ByteBuffer) -> EventLoopFuture<Void>?

    /// The last fragment came. The response goes out when this completes; it never fails: a failure is a status.
    func finish() -> EventLoopFuture<StoreOutcome>

    /// The association ended before the last fragment was taken: forget the instance, leave nothing behind.
    func cancel()
}

/// The peer costs others too much: its association is aborted.
package struct PeerNotWanted: Error, Hashable, Sendable {
    package init() {}
}
