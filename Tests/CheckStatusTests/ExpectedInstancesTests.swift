// SPDX-License-Identifier: Apache-2.0

import AWS
import ByteComparison
import Digests
import Foundation
import LoopbackHTTP
import SampleDocuments
import TestLog
import Testing

@testable import CheckStatus
@testable import ImportIntake
@testable import ImportPipeline

@Suite struct ExpectedInstancesTests {
    private static let id = SampleDeliveries.id(1)

    /// From the content of the bucket.
    private func expected(
        by number: Int?, _ documents: [String: String], study: String? = nil
    ) async throws -> ExpectedInstances {
        let manifest = SampleDeliveries.manifest(Self.id)
        var request = ImportRequest(
            manifest, of: ImportID(Self.id, number: number ?? 0), bucket: "bucket", outputRoot: "s3://out/")
        if number == nil { request.manifestKey = nil }
        if let study { request.inputS3Uri += "\(study)/" }
        var expected: ExpectedInstances?
        try await LoopbackHTTPServer.serve { request in
            let key = String(request.target.dropFirst("/bucket/".count))
            return documents[key].map { .status(200, $0) } ?? .status(404, "<Error><Code>NoSuchKey</Code></Error>")
        } to: { _, url, http in
            expected = try await .of(
                request, s3: S3Client(client: try .loopback(url, http: http)), logger: RecordedLog().logger)
        }
        return try #require(expected)
    }

    private func manifest(_ instances: [String], _ reason: DeliveryManifest.CloseReason = .quiet) throws -> String {
        var manifest = SampleDeliveries.manifest(Self.id, instances)
        manifest.closeReason = reason
        return String(decoding: try PipelineJSON.encode(manifest), as: UTF8.self)
    }

    private func key(_ number: Int) -> String { BucketLayout.manifestKey(of: ImportID(Self.id, number: number)) }

    private func keys(_ instances: String...) -> Set<ByteText> {
        Set(instances.map { ByteText(SampleDeliveries.key(Self.id, $0)) })
    }

    @Test(
        "An import must contain what its own manifest lists; everything in any manifest was acknowledged",
        arguments: [0, 1])
    func manifests(_ number: Int) async throws {
        let expected = try await expected(
            by: number, [key(0): try manifest(["1.4"]), key(1): try manifest(["1.5"], .recovered)])
        #expect(expected.keys == keys(number == 0 ? "1.4" : "1.5"))
        #expect(expected.acknowledged == keys("1.4", "1.5"))
        #expect(expected.isClosed)
    }

    @Test("A delivery that only a sweep closed may hold more acknowledged objects")
    func recovered() async throws {
        let expected = try await expected(by: 0, [key(0): try manifest(["1.4"], .recovered)])
        #expect(expected.acknowledged == keys("1.4"))
        #expect(!expected.isClosed)
    }

    @Test("If another manifest cannot be read, the acknowledged objects are not known")
    func unreadable() async throws {
        let expected = try await expected(by: 0, [key(0): try manifest(["1.4"]), key(1): "text"])
        #expect(expected.keys == keys("1.4"))
        #expect(expected.acknowledged == nil)
        #expect(!expected.isClosed)
    }

    @Test(
        "If the import's own manifest is not valid any more, only the number of instances is known",
        arguments: ["text", "{}", nil])
    func unusable(_ document: String?) async throws {
        var strange = SampleDeliveries.manifest(SampleDeliveries.id(2))
        strange.closeReason = .quiet
        let document = try document ?? String(decoding: PipelineJSON.encode(strange), as: UTF8.self)
        let expected = try await expected(by: 0, [key(0): document])
        #expect(
            expected
                == ExpectedInstances(
                    count: 1, delivery: Self.id, prefix: BucketLayout.prefix(of: Self.id), keys: nil))
    }

    @Test("An import of one study must contain what its manifest lists of that study")
    func oneStudy() async throws {
        var manifest = SampleDeliveries.manifest(Self.id, ["1.4"])
        let other = BucketLayout.instanceKey(Self.id, study: "1.2.3", series: "1.3", instance: "1.5")
        manifest.studies.append(
            .init(
                studyInstanceUID: "1.2.3", studyDate: nil,
                instances: [try #require(DeliveryManifest.Instance(listed: other, size: 1, in: Self.id))]))
        let document = String(decoding: try PipelineJSON.encode(manifest), as: UTF8.self)
        let whole = try await expected(by: 0, [key(0): document])
        #expect(whole.keys == keys("1.4").union([ByteText(other)]))
        let part = try await expected(by: 0, [key(0): document], study: "1.2.3")
        #expect((part.keys, part.count) == ([ByteText(other)], 1))
        #expect(part.acknowledged == whole.keys)
        #expect(part.prefix == BucketLayout.prefix(of: Self.id) + "1.2.3/")
    }

    @Test("The key of an object of the inbox, which has no manifest, follows from the request")
    func inbox() async throws {
        let expected = try await expected(by: nil, [:])
        #expect(expected.keys == keys("1.4"))
        #expect(expected.acknowledged == nil)
    }

    @Test("The key contains the SHA-256 of a malformed UID of the inbox")
    func malformedUID() throws {
        let text = "1.2.840.series name"
        let key = BucketLayout.instanceKey(Self.id, study: "1.2", series: text, instance: "1.4")
        let hash = "\(Array(SHA256.hash(text.utf8)).hexadecimal)"
        #expect(key == "\(BucketLayout.prefix(of: Self.id))1.2/\(hash)/1.4.dcm")
    }
}
