/// What a topic of SNS makes of an event: its text in an envelope, for a function among records, for a queue alone.
struct TopicMessage: Decodable {
    private let text: String

    private enum CodingKeys: String, CodingKey {
        case message = "Message"
    }

    init(from decoder: any Decoder) throws {
        text = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .message)
    }

    /// The objects of S3's event in it; a topic carries no queue's messages, and no other topic's.
    func objects() throws(DocumentError) -> [CreatedObject] {
        try PipelineJSON.decode(S3Event.self, from: Array(text.utf8)).objects
    }

    /// For a function.
    struct Record: Decodable {
        let message: TopicMessage

        private enum CodingKeys: String, CodingKey {
            case message = "Sns"
        }
    }
}
