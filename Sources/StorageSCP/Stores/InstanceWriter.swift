import AWS
import NIOCore

/// Writes one instance, on the event loop of its association; its methods are called one after another.
package protocol InstanceWriter: AnyObject {
    /// Takes the next bytes. Returns `nil` when the next call may follow at once. Otherwise the next call must wait for
    /// the future; if the future fails, the instance can only be discarded.
    func write(_ bytes: ByteBuffer) -> EventLoopFuture<Void>?

    /// Finishes the file, after at least one `write`. Returns `nil` when the instance is durable and visible under its
    /// key; otherwise it is when the future completes. Takes no more memory. The checksum covers all bytes, including
    /// the beginning.
    func finish(_ checksum: CRC32) -> EventLoopFuture<Void>?

    /// Removes what was written of an unfinished instance. After a failed `finish` the instance may exist nevertheless,
    /// because the store's answer may have been lost. The future never fails.
    func discard() -> EventLoopFuture<Void>
}
