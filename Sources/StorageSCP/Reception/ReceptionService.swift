// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore

/// What a reception asks of the receiver that it belongs to.
protocol ReceptionService: Sendable {
    /// See `Turns`.
    func nextTurn(on eventLoop: any EventLoop) -> EventLoopFuture<Void>

    /// Begins the upload of the instance that the data set names. The file begins with these bytes, and what the upload
    /// holds in memory is part of this share.
    func upload(
        _ instance: ReceivedInstance, to destination: DeliveryDestination, beginning: ByteBuffer, memory: BufferShare,
        of request: CStoreRequest, on association: Association, eventLoop: any EventLoop
    ) throws(InstanceProblem) -> InstanceUpload

    func refused(_ request: CStoreRequest, because problem: InstanceProblem, on association: Association)

    /// The instance was received and is kept nowhere, because a route says so. Its sender is told success.
    func discarded(_ request: CStoreRequest, by route: String, on association: Association)

    /// The instance goes to the store although its data set is incomplete, or could not be read to its end.
    func takes(_ request: CStoreRequest, despite ending: DataSetWalk.Ending, on association: Association)

    /// How many times memory was taken away from this association, this time included.
    func countEviction(of association: Association) -> Int
}
