// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Digests
import NIOCore

/// Writes one instance, on the event loop of its association; its methods are called one after another.
package protocol InstanceWriter: AnyObject {
    /// Takes the next bytes. The next call may follow when this is ready. If the future fails, the instance can only be
    /// discarded.
    func write(_ bytes: ByteBuffer) -> Readiness

    /// Finishes the file, after at least one `write`. When this is ready, the instance is durable and visible under its
    /// key. Takes no more memory. The checksum covers all bytes, including the beginning.
    func finish(_ checksum: CRC32) -> Readiness

    /// Removes what was written of an unfinished instance. After a failed `finish` the instance may exist nevertheless,
    /// because the store's answer may have been lost. The future never fails.
    func discard() -> EventLoopFuture<Void>
}
