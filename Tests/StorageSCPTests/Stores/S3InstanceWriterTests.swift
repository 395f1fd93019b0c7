// SPDX-License-Identifier: Apache-2.0

import AWS
import DICOMNetwork
import Digests
import HTTP
import LoopbackHTTP
import NIOCore
import NIOPosix
import Testing

@testable import StorageSCP

/// Instances that are larger than one part of a multipart upload.
@Suite("S3 instance writer")
struct S3InstanceWriterTests {
    /// Each piece has a byte of its own.
    private static let pieces = (0..<UInt8(200)).map { [UInt8](repeating: $0, count: 64 << 10) }
    private static let key = "2026/11/23/d/1/2/3.dcm"

    /// The writer is used on its event loop alone.
    private struct Upload {
        let writer: NIOLoopBound<S3InstanceWriter>
        let eventLoop: any EventLoop

        init(_ url: String, _ http: HTTPClient) throws {
            let s3 = S3Client(client: try AWSClient.loopback(url, http: http))
            let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
            self.eventLoop = eventLoop
            writer = try eventLoop.submit {
                NIOLoopBound(
                    S3InstanceWriter(
                        object: InstanceObject(s3: s3, bucket: "dicom", key: S3InstanceWriterTests.key),
                        beginning: ByteBuffer(),
                        memory: BufferShare(of: BufferBudget(bytes: 64 << 20), for: Samples.peer),
                        chunks: ChunkPool(), eventLoop: eventLoop),
                    eventLoop: eventLoop)
            }.wait()
        }

        /// Writes piece by piece, each after the one before was taken.
        func write(from piece: Int = 0) -> EventLoopFuture<Void> {
            eventLoop.flatSubmit {
                guard piece < S3InstanceWriterTests.pieces.count else { return eventLoop.makeSucceededVoidFuture() }
                let bytes = S3InstanceWriterTests.pieces[piece]
                return writer.value.write(ByteBuffer(bytes: bytes)).future(on: eventLoop).flatMap {
                    write(from: piece + 1)
                }
            }
        }

        func finish() -> EventLoopFuture<Void> {
            eventLoop.flatSubmit {
                writer.value.finish(S3InstanceWriterTests.checksum(of: S3InstanceWriterTests.pieces)).future(
                    on: eventLoop)
            }
        }

        func discard() -> EventLoopFuture<Void> {
            eventLoop.flatSubmit { writer.value.discard() }
        }
    }

    private static func answer(_ request: LoopbackHTTPServer.Request, part: (Int) -> Int) -> LoopbackHTTPServer.Reply {
        if request.method == "POST", request.target.hasSuffix("?uploads=") {
            return .status(200, "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>")
        }
        if request.method == "POST" {
            return .status(200, "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>")
        }
        guard request.method == "PUT", let number = number(of: request) else { return .status(204) }
        return .status(part(number), headers: ["ETag": "\"part-\(number)\""])
    }

    private static func checksum(of pieces: [[UInt8]]) -> CRC32 {
        var checksum = CRC32()
        for piece in pieces { piece.withUnsafeBytes { checksum.update($0) } }
        return checksum
    }

    private static func number(of request: LoopbackHTTPServer.Request) -> Int? {
        let query = request.target.split(separator: "?").last ?? ""
        let value = query.split(separator: "&").first { $0.hasPrefix("partNumber=") }?.dropFirst("partNumber=".count)
        return value.flatMap { Int($0) }
    }

    @Test("The parts of a large instance make up the instance, and the upload is completed")
    func parts() async throws {
        try await LoopbackHTTPServer.serve({ Self.answer($0) { _ in 200 } }) { server, url, http in
            let upload = try Upload(url, http)
            try await upload.write().get()
            try await upload.finish().get()
            let parts = server.requests.filter { Self.number(of: $0) != nil }
            #expect(parts.count == 3)
            let sorted = parts.sorted { (Self.number(of: $0) ?? 0) < (Self.number(of: $1) ?? 0) }
            #expect(Self.checksum(of: sorted.map(\.body)) == Self.checksum(of: Self.pieces))
            let last = try #require(server.requests.last)
            #expect(last.method == "POST" && last.target.contains("uploadId=u"))
            let body = String(decoding: last.body, as: UTF8.self)
            #expect((1...3).allSatisfy { body.contains("part-\($0)") })
        }
    }

    @Test("When a part cannot be sent the instance fails, and discarding it aborts the upload")
    func refusedPart() async throws {
        try await LoopbackHTTPServer.serve({ Self.answer($0) { $0 == 2 ? 403 : 200 } }) { server, url, http in
            let upload = try Upload(url, http)
            await #expect(throws: (any Error).self) {
                try await upload.write().get()
                try await upload.finish().get()
            }
            try await upload.discard().get()
            let last = try #require(server.requests.last)
            #expect(last.method == "DELETE" && last.target.contains("uploadId=u"))
            #expect(!server.requests.contains { $0.method == "POST" && $0.target.contains("uploadId=u") })
        }
    }
}
