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
