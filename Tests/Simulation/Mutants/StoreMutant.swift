// SPDX-License-Identifier: Apache-2.0

/// A mutant that changes how receivers and functions write documents.
class StoreMutant: Mutant {
    func putDocument(
        _ body: [UInt8], key: String, in store: SimulatedStore, original: () async throws -> Void
    ) async throws {
        try await original()
    }

    func createDocument(
        _ body: [UInt8], key: String, in store: SimulatedStore, original: () async throws -> Bool
    ) async throws -> Bool {
        try await original()
    }

    override func receiverStore(_ network: Network, _ bucket: ModelledBucket) -> SimulatedStore {
        let store = super.receiverStore(network, bucket)
        store.mutant = self
        return store
    }

    override func bucket(_ network: Network, _ bucket: ModelledBucket) -> SimulatedIntakeBucket {
        let store = super.bucket(network, bucket)
        store.mutant = self
        return store
    }
}
