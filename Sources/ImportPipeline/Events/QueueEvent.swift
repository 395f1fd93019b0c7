/// Messages out of a queue of SQS, in its order, as Lambda hands them over.
package struct QueueEvent: Decodable, Equatable, Sendable {
    package let messages: [QueueMessage]

    private enum CodingKeys: String, CodingKey {
        case messages = "Records"
    }
}
