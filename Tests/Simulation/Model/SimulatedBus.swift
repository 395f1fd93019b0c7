// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

/// The bus of events as one function sees it.
// Sendable: a run has one thread.
final class SimulatedBus: StudyEventBus, @unchecked Sendable {
    /// The part of an event about a settled study that is checked.
    struct Settled: Decodable {
        let id: String
        let datastoreId: String
        let studyInstanceUID: String
        let importedDeliveries: [String]

        var study: StudyName { StudyName(datastoreID: datastoreId, studyInstanceUID: studyInstanceUID) }
    }

    private let network: Network
    private let ledger: Ledger
    /// Called when the function has decided to send the event.
    var onDecision: (Settled) -> Void = { _ in }

    init(network: Network, ledger: Ledger) {
        self.network = network
        self.ledger = ledger
    }

    func send(_ event: StudyEvent) async throws {
        let settled = try PipelineJSON.decode(Settled.self, from: Array(event.detail.utf8))
        onDecision(settled)
        try await network.send("PutEvents", settled.id) { [ledger] in ledger.told(settled) }
    }
}
