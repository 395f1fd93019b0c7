// SPDX-License-Identifier: Apache-2.0

/// Messages of an SQS queue, in the order of the queue, as Lambda passes them to a function.
package struct QueueEvent: Decodable, Equatable, Sendable {
    package let messages: [QueueMessage]

    private enum CodingKeys: String, CodingKey {
        case messages = "Records"
    }
}
