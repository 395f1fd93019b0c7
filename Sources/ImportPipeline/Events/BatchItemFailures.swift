// SPDX-License-Identifier: Apache-2.0

/// The answer of a function to a queue: the messages that the queue must deliver again.
package struct BatchItemFailures: Encodable, Equatable, Sendable {
    private let batchItemFailures: [Item]

    private struct Item: Encodable, Equatable {
        let itemIdentifier: String
    }

    package init(of messageIDs: [String]) {
        batchItemFailures = messageIDs.map(Item.init)
    }
}
