// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Digests
import ImportPipeline
import Logging
import NIOCore

/// Where instances and the documents about them are kept. An accepted instance or document is durable.
package protocol InstanceStore: DocumentStore {
    /// Where the task lease is kept. Its requests have connections of their own and wait for no others, because nothing
    /// is acknowledged while the lease is not renewed.
    var leases: any DocumentStore { get }

    /// Whether manifests start imports. If so, the function that starts the import removes the open marker; if not, the
    /// receiver does.
    var startsImports: Bool { get }

    /// Nothing exists under the key until the writer has finished. `beginning` is the beginning of the file. The memory
    /// that the writer holds belongs to the share `memory`.
    func writer(
        for key: String, beginning: ByteBuffer, memory: BufferShare, eventLoop: any EventLoop
    ) -> any InstanceWriter

    /// Closes the deliveries that ended tasks left open. It is called when the receiver starts, and does nothing where
    /// a sweep closes them.
    func closeDeliveriesOfEndedTasks(logger: Logger) async
}

extension InstanceStore {
    package var leases: any DocumentStore { self }

    package var startsImports: Bool { true }

    package func closeDeliveriesOfEndedTasks(logger: Logger) async {}
}
