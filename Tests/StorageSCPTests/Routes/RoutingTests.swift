// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import Foundation
import TestLog
import Testing

@testable import StorageSCP

@Suite("Routes in force")
struct RoutingTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    private let log = RecordedLog(level: .info)
    private let associations = OpenAssociations(limits: OpenAssociations.Limits(total: 10))

    private var path: String { folder.appending(path: "routes.json").path() }

    private func write(_ text: String) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: folder.appending(path: "routes.json"), options: .atomic)
    }

    private static func routes(to name: String) -> String { #"[{"name": "\#(name)", "discard": true}]"# }

    private func routing() throws -> (Routing, RouteReloading) {
        let configuration = try Configuration(environment: ["ROUTES": path])
        let reloading = try RouteReloading(
            configuration.routes, s3: { throw CancellationError() }, logger: log.logger)
        let table = try #require(configuration.routes.table)
        return (Routing(table, associations: associations), try #require(reloading))
    }

    private func name(_ routing: Routing, _ association: Association) -> String? {
        routing.routes(of: association).route(sopClassUID: "1.2", header: InstanceHeader())?.name
    }

    @Test("A changed file takes effect for open associations too; a wrong one leaves the old routes, and says so once")
    func reload() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write(Self.routes(to: "one"))
        let (routing, reloading) = try routing()
        let association = try Samples.association("a", peer: "10.0.0.1")
        #expect(associations.admit(association, atMostOfTitle: nil) == nil)
        #expect(name(routing, association) == "one")
        await reloading.reloadIfChanged(routing)
        #expect(log.lines.isEmpty)

        try write(#"[{"name": "two", "discard": 1}]"#)
        for _ in 0..<3 { await reloading.reloadIfChanged(routing) }
        #expect(name(routing, association) == "one")
        #expect(log.lines.count == 1)
        #expect(log.lines[0].contains("the previous ones stay in force") && log.lines[0].contains(path))
        #expect(log.lines[0].contains(#"route \"two\""#), "\(log.lines[0])")

        try write(Self.routes(to: "three"))
        await reloading.reloadIfChanged(routing)
        #expect(name(routing, association) == "three")
        #expect(log.lines.count == 2 && log.lines[1].contains("routes replaced"))

        try FileManager.default.removeItem(atPath: path)
        for _ in 0..<2 { await reloading.reloadIfChanged(routing) }
        #expect(name(routing, association) == "three")
        #expect(log.lines.count == 3)
    }

    @Test("Routes that the setting holds never change")
    func setting() throws {
        let configuration = try Configuration(environment: ["ROUTES": Self.routes(to: "one")])
        #expect(configuration.routes.table?.routes.map(\.name) == ["one"])
        let reloading = try RouteReloading(
            configuration.routes, s3: { throw CancellationError() }, logger: log.logger)
        #expect(reloading == nil)
    }

    @Test("What was narrowed for an association is forgotten at its end, and not kept for one that is not open")
    func ended() throws {
        let table = try RouteTable(json: Array(Self.routes(to: "one").utf8))
        let routing = Routing(table, associations: associations)
        let association = try Samples.association("a", peer: "10.0.0.1")
        #expect(name(routing, association) == "one" && routing.narrowedCount == 0)
        #expect(associations.admit(association, atMostOfTitle: nil) == nil)
        #expect(name(routing, association) == "one" && routing.narrowedCount == 1)
        associations.ended("a")
        routing.associationEnded("a")
        #expect(name(routing, association) == "one" && routing.narrowedCount == 0)
    }

    @Test(
        "A wrong ROUTES keeps the receiver from starting; the error names the setting, and repeats no JSON",
        arguments: [
            (#"[{"name": "r"}]"#, "ROUTES is \"…\", expected a JSON array"), ("/no/such/file", "/no/such/file"),
            ("s3://other/routes.json", "s3://BUCKET/KEY with the bucket of DICOM_BUCKET"),
            ("s3://dicom/", "s3://BUCKET/KEY"), ("s3://", "s3://BUCKET/KEY"),
        ])
    func wrong(_ text: String, _ expected: String) throws {
        let error = try #require(throws: ConfigurationError.self) {
            try Configuration(environment: ["ROUTES": text, "DICOM_BUCKET": "dicom"])
        }
        #expect(error.description.contains(expected), "\(error)")
    }

    @Test("An object of the receiver's own bucket is read after the settings")
    func object() throws {
        let routes = try Configuration(
            environment: ["ROUTES": "s3://dicom/settings/routes.json", "DICOM_BUCKET": "dicom"]
        ).routes
        #expect(routes.table == nil && routes.source?.description == "s3://dicom/settings/routes.json")
    }
}
