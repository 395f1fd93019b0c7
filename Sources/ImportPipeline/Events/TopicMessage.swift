// SPDX-License-Identifier: Apache-2.0

/// A message of an SNS topic: the text of an event in an envelope. A function gets it in a list of records, a queue
/// gets it alone.
struct TopicMessage: Decodable {
    private let text: String

    private enum CodingKeys: String, CodingKey {
        case message = "Message"
    }

    init(from decoder: any Decoder) throws {
        text = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .message)
    }

    /// The objects of the event of S3 in the message. A topic never carries the messages of a queue or of another
    /// topic.
    func objects() throws(DocumentError) -> [CreatedObject] {
        try PipelineJSON.decode(S3Event.self, from: Array(text.utf8)).objects
    }

    /// A record of the list that a function gets.
    struct Record: Decodable {
        let message: TopicMessage

        private enum CodingKeys: String, CodingKey {
            case message = "Sns"
        }
    }
}
