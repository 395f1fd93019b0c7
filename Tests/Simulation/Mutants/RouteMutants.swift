// SPDX-License-Identifier: Apache-2.0

import ImportIntake
import ImportPipeline

/// An open marker does not name the data store: a sweep that closes the delivery takes the pipeline's default.
final class MarkerWithoutDatastore: StoreMutant {
    override func putDocument(
        _ body: [UInt8], key: String, in store: SimulatedStore, original: () async throws -> Void
    ) async throws {
        guard key.hasPrefix(BucketLayout.openMarkers),
            var marker = try? PipelineJSON.decode(OpenDelivery.self, from: body), marker.datastoreId != nil
        else { return try await original() }
        marker.datastoreId = nil
        marker.version = DeliveryManifest.currentVersion
        try await store.putDocument(try PipelineJSON.encode(marker), key: key)
    }
}

/// The input of an execution does not name the data store.
final class ExecutionWithoutDatastore: Mutant {
    override func executions(_ network: Network, _ world: World) -> SimulatedExecutions {
        Executions(network: network, stateMachine: world.stateMachine, bucket: world.bucket)
    }

    // Sendable: a run has one thread.
    private final class Executions: SimulatedExecutions, @unchecked Sendable {
        override func start(_ request: ImportRequest) async throws -> ExecutionStart {
            var request = request
            request.datastoreId = nil
            return try await super.start(request)
        }
    }
}
