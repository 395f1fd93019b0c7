import AWS
import DICOMNetwork
import ImportPipeline
import Logging
import NIOCore

/// Where instances and the documents about them are kept. What it has accepted is durable.
package protocol InstanceStore: DocumentStore {
    /// Where the task's lease is kept. A request there waits for no other: while a lease is not renewed, nothing is
    /// acknowledged.
    var leases: any DocumentStore { get }

    /// Whether manifests start imports. What starts one then removes the delivery's open marker; elsewhere the receiver does.
    var startsImports: Bool { get }

    /// Nothing exists under the key until the writer has finished. The file begins with these bytes; what the writer holds
    /// in memory is of this share.
    func writer(
        for key: String, beginning: ByteBuffer, memory: BufferShare, eventLoop: any EventLoop
    ) -> any InstanceWriter

    /// Closes, at the start, what tasks that have ended left open, where nobody else does.
    func closeDeliveriesOfEndedTasks(logger: Logger) async
}

extension InstanceStore {
    package var leases: any DocumentStore { self }

    package var startsImports: Bool { true }

    package func closeDeliveriesOfEndedTasks(logger: Logger) async {}
}

/// Writes one instance, on the event loop of its association; its methods are called one after another.
package protocol InstanceWriter: AnyObject {
    /// Takes the next bytes. More may come when it is ready; if the future fails, the instance can only be discarded.
    func write(_ bytes: ByteBuffer) -> Readiness

    /// Called after at least one `write`. When it is ready, the instance is durable and visible under its key. It asks for no
    /// more memory. The checksum is of all bytes written, the beginning included.
    func finish(_ checksum: CRC32) -> Readiness

    /// Leaves nothing behind of an instance that was not finished. Where its finish failed it may be there all the same: the
    /// store's answer can have been lost. Never fails.
    func discard() -> EventLoopFuture<Void>
}
