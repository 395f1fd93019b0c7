import AWS
import NIOCore

/// Writes one instance, on the event loop of its association; its methods are called one after another.
package protocol InstanceWriter: AnyObject {
    /// Takes the next bytes. Nil: more may come at once. A future: not before it completes; when it fails, the instance can
    /// only be discarded.
    func write(_ bytes: ByteBuffer) -> EventLoopFuture<Void>?

    /// After at least one `write`. Nil: the instance is durable and visible under its key. A future: not before it completes;
    /// no more memory is asked for. The checksum is of all that was written, the beginning included.
    func finish(_ checksum: CRC32) -> EventLoopFuture<Void>?

    /// Leaves nothing behind of an instance that was not finished. Where its finish failed it may be there all the same: the
    /// store's answer can have been lost. Never fails.
    func discard() -> EventLoopFuture<Void>
}
