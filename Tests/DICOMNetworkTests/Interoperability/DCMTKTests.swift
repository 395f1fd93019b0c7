// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import Testing

@Suite("DCMTK as the sender", .timeLimit(.minutes(2)))
struct DCMTKTests {
    @Test("echoscu is answered and releases")
    func echo() async throws {
        let service = MemoryService()
        let server = try await LoopbackServer.start(service)
        let result = try await DCMTK.run("echoscu", ["-v", "127.0.0.1", "\(server.port)"])
        #expect(result.status == 0, "\(result.output)")
        let summary = try #require(await service.summaries.first { _ in true })
        #expect(summary.end == .released)
        #expect(summary.callingAETitle == "ECHOSCU")
        try await server.stop()
    }

    @Test(
        "What storescu sends arrives byte for byte",
        arguments: [
            (SampleFile.Encoding.explicitLittleEndian, ["-xe"]),
            (.implicitLittleEndian, ["-xi"]),
            (.explicitBigEndian, ["-xb"]),
            (.deflated, ["-xd"]),
            (.explicitLittleEndian, ["-xe", "--max-send-pdu", "4096"]),
            (.explicitLittleEndian, ["-xe", "--max-pdu", "4096"]),
            (.explicitLittleEndian, []),
        ])
    func store(encoding: SampleFile.Encoding, options: [String]) async throws {
        let service = MemoryService()
        let server = try await LoopbackServer.start(service)
        let file = try await SampleFile(encoding, rows: 700)
        let result = try await DCMTK.run("storescu", options + ["-v", "127.0.0.1", "\(server.port)", file.path])
        #expect(result.status == 0, "\(result.output)")
        let summary = try #require(await service.summaries.first { _ in true })
        #expect(summary.end == .released)
        #expect(summary.instancesStored == 1)
        let instance = try #require(service.instances.first)
        #expect(instance.request.affectedSOPInstanceUID.value == SampleFile.sopInstanceUID)
        #expect(instance.request.transferSyntax == file.transferSyntax)
        #expect(instance.dataSet.readableBytesView.elementsEqual(file.sentDataSet))

        var reader = try InstanceHeaderReader(transferSyntax: instance.request.transferSyntax)
        #expect(try reader.feed(instance.dataSet) == .complete)
        #expect(reader.header.studyInstanceUID?.text == SampleFile.studyInstanceUID)
        #expect(reader.header.studyDate == "20261123")
        #expect(reader.bytesConsumed < 32 << 10)
        try await server.stop()
    }

    @Test("A request of 128 contexts with 38 transfer syntaxes each is answered")
    func manyContexts() async throws {
        let service = MemoryService()
        let server = try await LoopbackServer.start(service)
        let result = try await DCMTK.run(
            "echoscu", ["-v", "-pts", "38", "-ppc", "128", "127.0.0.1", "\(server.port)"])
        #expect(result.status == 0, "\(result.output)")
        let summary = try #require(await service.summaries.first { _ in true })
        #expect(summary.association?.acceptedContexts.count == 128)
        try await server.stop()
    }

    @Test("A compressed instance arrives in its own transfer syntax, byte for byte")
    func compressed() async throws {
        let service = MemoryService()
        let server = try await LoopbackServer.start(service)
        let file = try await SampleFile(.explicitLittleEndian).compressed()
        let result = try await DCMTK.run("storescu", ["-xr", "-v", "127.0.0.1", "\(server.port)", file.path])
        #expect(result.status == 0, "\(result.output)")
        let instance = try #require(service.instances.first)
        #expect(instance.request.transferSyntax == .rleLossless)
        #expect(instance.dataSet.readableBytesView.elementsEqual(file.sentDataSet))
        try await server.stop()
    }

    @Test("All instances of sixteen simultaneous associations with ten instances each arrive")
    func many() async throws {
        let service = MemoryService()
        let server = try await LoopbackServer.start(service)
        let file = try await SampleFile(.explicitLittleEndian, rows: 128)
        let statuses = try await withThrowingTaskGroup(of: Int32.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    try await DCMTK.run(
                        "storescu", ["--repeat", "10", "127.0.0.1", "\(server.port)", file.path]
                    ).status
                }
            }
            return try await group.reduce(into: [Int32]()) { $0.append($1) }
        }
        #expect(statuses == [Int32](repeating: 0, count: 16))
        #expect(service.instances.count == 160)
        #expect(service.instances.allSatisfy { $0.dataSet.readableBytesView.elementsEqual(file.sentDataSet) })
        try await server.stop()
    }

    @Test("An association that storescu aborts is reported as such, and its stored instance is kept")
    func aborted() async throws {
        let service = MemoryService()
        let server = try await LoopbackServer.start(service)
        let file = try await SampleFile(.explicitLittleEndian)
        _ = try await DCMTK.run("storescu", ["--abort", "127.0.0.1", "\(server.port)", file.path])
        let summary = try #require(await service.summaries.first { _ in true })
        #expect(summary.end == .abortedByPeer(.serviceUser))
        #expect(summary.instancesStored == 1)
        try await server.stop()
    }

    @Test("storescu is told of a refusal")
    func storeFails() async throws {
        let service = MemoryService(outcome: OperationOutcome(status: .outOfResources, errorComment: "No room"))
        let server = try await LoopbackServer.start(service)
        let file = try await SampleFile(.explicitLittleEndian)
        let result = try await DCMTK.run("storescu", ["-d", "127.0.0.1", "\(server.port)", file.path])
        #expect(result.output.contains("0xa700"), "\(result.output)")
        let summary = try #require(await service.summaries.first { _ in true })
        #expect(summary.instancesFailed == 1)
        try await server.stop()
    }

    @Test("A rejected echoscu is told why")
    func rejected() async throws {
        let rejection = AssociationRejection(.localLimitExceeded, reason: "too many")
        let service = MemoryService(decision: .reject(rejection))
        let server = try await LoopbackServer.start(service)
        let result = try await DCMTK.run("echoscu", ["-v", "127.0.0.1", "\(server.port)"])
        #expect(result.status != 0)
        #expect(result.output.contains("Local Limit Exceeded"), "\(result.output)")
        let summary = try #require(await service.summaries.first { _ in true })
        #expect(summary.end == .rejected(rejection))
        try await server.stop()
    }
}
