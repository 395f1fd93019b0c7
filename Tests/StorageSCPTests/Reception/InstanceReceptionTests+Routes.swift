// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import ImportPipeline
import Testing

@testable import StorageSCP

/// What routes do with an instance.
extension InstanceReceptionTests {
    private static let datastore = String(repeating: "d", count: 32)

    private static func routes(_ action: String) throws -> AssociationRoutes {
        let json = #"[{"name": "day", "attributes": {"StudyDate": ["202611*"]}, \#(action)}]"#
        return try RouteTable(json: Array(json.utf8)).routes(
            calledAETitle: "STORESCP", callingAETitle: "CT1", peer: nil)
    }

    @Test("A route by the header names the data store in the manifest", arguments: [1, 7, 1_000_000])
    func routed(fragmentSize: Int) async throws {
        let routes = try Self.routes(#""datastore": "\#(Self.datastore)""#)
        #expect(try await receive(Samples.dataSet(), fragmentSize: fragmentSize, routes: routes)?.status == .success)
        #expect(try manifest().datastoreId == Self.datastore)
        #expect(try manifest().route == "day")
    }

    @Test("A route refuses with its status, and stores nothing", arguments: [7, 1_000_000])
    func refusedByRoute(fragmentSize: Int) async throws {
        let routes = try Self.routes(#""refuse": "C123H""#)
        let outcome = try await receive(Samples.dataSet(), fragmentSize: fragmentSize, routes: routes)
        #expect(outcome?.status.description == "C123H")
        #expect(outcome?.errorComment == "The routes of this receiver do not accept it")
        #expect(service.problems.map(\.metadata["route"]) == ["day"])
        #expect(store.objects.isEmpty)
    }

    @Test("A route discards: the sender is told success, the service is told of it, and nothing is stored")
    func discarded() async throws {
        let outcome = try await receive(Samples.dataSet(), routes: try Self.routes(#""discard": true"#))
        #expect(outcome?.status == .success)
        #expect(service.discardingRoutes == ["day"] && service.problems.isEmpty)
        #expect(store.objects.isEmpty)
        // One that the sender gives up is not counted.
        _ = try await receive(Samples.dataSet(), cancels: true, routes: try Self.routes(#""discard": true"#))
        #expect(service.discardingRoutes == ["day"])
    }
}
