// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Digests
import NIOCore

/// Sends an instance that fits into one part with one PUT. A larger one is sent with a multipart upload, whose parts
/// are sent while the rest of the instance arrives.
final class S3InstanceWriter: InstanceWriter {
    /// The smallest part size that S3 accepts.
    private static let partSize = 5 << 20
    /// The number of parts that are sent at the same time while the next one fills. When memory is short it is one.
    private static let maximumPartsInFlight = 4

    private let object: InstanceObject
    private let memory: BufferShare
    private let chunks: ChunkPool
    private let eventLoop: any EventLoop
    /// The beginning of the file, until the first `write`.
    private var beginning: ByteBuffer?

    /// The part that is being filled.
    private var part = ObjectPart()
    private var uploadID: EventLoopFuture<String>?
    /// The ETags of the parts, in order.
    private var parts: [EventLoopFuture<String>] = []
    private var partsInFlight = 0
    /// The size of all parts that were handed over for sending.
    private var size = 0
    /// Completes when a part in flight has been sent.
    private var waiting: EventLoopPromise<Void>?
    private var failure: (any Error)?
    private var isDiscarded = false

    init(
        object: InstanceObject, beginning: ByteBuffer, memory: BufferShare, chunks: ChunkPool, eventLoop: any EventLoop
    ) {
        self.object = object
        self.beginning = beginning
        self.memory = memory
        self.chunks = chunks
        self.eventLoop = eventLoop
    }

    func write(_ bytes: ByteBuffer) -> Readiness {
        if let beginning {
            self.beginning = nil
            guard case .after(let granted) = write(beginning) else { return write(bytes) }
            return .after(
                granted.assumeIsolated().flatMap { self.write(bytes).future(on: self.eventLoop) }.nonisolated())
        }
        let missing = part.missingChunks(for: bytes.readableBytes) * Chunk.size
        guard missing > 0, case .after(let granted) = memory.grow(by: missing, eventLoop: eventLoop) else {
            return append(bytes)
        }
        return .after(
            granted.assumeIsolated().flatMap { self.append(bytes).future(on: self.eventLoop) }.nonisolated())
    }

    func finish(_ checksum: CRC32) -> Readiness {
        guard let uploadID else { return .after(put(checksum)) }
        if part.count > 0 { handOver(to: uploadID) }
        return .after(
            EventLoopFuture.whenAllSucceed(parts, on: eventLoop).and(uploadID).assumeIsolated()
                .flatMap { eTags, uploadID in
                    self.eventLoop.makeFutureWithTask { [object = self.object, size = self.size] in
                        try await object.complete(uploadID, eTags: eTags, size: size, checksum: checksum)
                    }
                }
                .map { self.uploadID = nil }
                .nonisolated())
    }

    /// If aborting the upload fails, the bucket's lifecycle rule for unfinished uploads removes its parts.
    func discard() -> EventLoopFuture<Void> {
        isDiscarded = true
        release(takePart())
        guard let uploadID else { return eventLoop.makeSucceededVoidFuture() }
        return EventLoopFuture.whenAllComplete(parts, on: eventLoop).flatMap { _ in uploadID }
            .flatMapWithEventLoop { [object] uploadID, eventLoop in
                eventLoop.makeFutureWithTask { try await object.abort(uploadID) }
            }
            .flatMapErrorThrowing { _ in }
    }

    // MARK: -

    private func append(_ bytes: ByteBuffer) -> Readiness {
        guard !isDiscarded else { return .now }
        part.append(bytes, takingChunksFrom: chunks)
        guard part.count >= Self.partSize else { return .now }
        let uploadID = uploadID ?? eventLoop.makeFutureWithTask { [object] in try await object.createUpload() }
        self.uploadID = uploadID
        handOver(to: uploadID)
        if let failure { return .after(eventLoop.makeFailedFuture(failure)) }
        guard partsInFlight > (memory.isPlentiful ? Self.maximumPartsInFlight : 1) else { return .now }
        let promise = eventLoop.makePromise(of: Void.self)
        waiting = promise
        return .after(promise.futureResult)
    }

    private func put(_ checksum: CRC32) -> EventLoopFuture<Void> {
        let whole = takePart()
        return eventLoop.makeFutureWithTask { [object] in try await object.put(whole, checksum: checksum) }
            .assumeIsolated().always { _ in self.release(whole) }.nonisolated()
    }

    private func handOver(to uploadID: EventLoopFuture<String>) {
        let full = takePart()
        size += full.count
        let number = parts.count + 1
        partsInFlight += 1
        let sent = uploadID.flatMapWithEventLoop { [object] uploadID, eventLoop in
            eventLoop.makeFutureWithTask { try await object.upload(full, number: number, to: uploadID) }
        }
        parts.append(sent)
        sent.assumeIsolated().whenComplete { self.partEnded(full, $0) }
    }

    private func partEnded(_ part: ObjectPart, _ result: Result<String, any Error>) {
        release(part)
        partsInFlight -= 1
        if case .failure(let error) = result { failure = error }
        let waiting = waiting
        self.waiting = nil
        if let failure { waiting?.fail(failure) } else { waiting?.succeed() }
    }

    private func takePart() -> ObjectPart {
        defer { part = ObjectPart() }
        return part
    }

    private func release(_ part: ObjectPart) {
        chunks.giveBack(part.chunks)
        memory.shrink(by: part.chunks.count * Chunk.size)
    }
}
