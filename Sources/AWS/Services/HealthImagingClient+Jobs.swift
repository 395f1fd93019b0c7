/// What HealthImaging says of import jobs. It is read leniently: a member that is missing, or not what it should be, is not known.
extension HealthImagingClient {
    package enum JobStatus: Sendable, Hashable {
        case submitted, inProgress, completed, failed
        /// Not documented: the job counts as one that is under way.
        case other(String)

        static let unknown = JobStatus.other("UNKNOWN")
    }

    package struct StartedJob: Decodable, Sendable, Equatable {
        package let jobId: String
        package let jobStatus: JobStatus
        package let submittedAt: EpochSeconds?

        private enum CodingKeys: CodingKey {
            case jobId, jobStatus, submittedAt
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            jobId = try container.decode(String.self, forKey: .jobId)
            jobStatus = (try? container.decode(JobStatus.self, forKey: .jobStatus)) ?? .unknown
            submittedAt = try? container.decode(EpochSeconds.self, forKey: .submittedAt)
        }
    }

    package struct JobProperties: Decodable, Sendable, Equatable {
        package let jobStatus: JobStatus
        package let outputS3Uri: String?
        package let submittedAt: EpochSeconds?
        package let endedAt: EpochSeconds?
        package let message: String?

        /// Of an answer that cannot be read.
        static let unknown = JobProperties(
            jobStatus: .unknown, outputS3Uri: nil, submittedAt: nil, endedAt: nil, message: nil)
    }
}

extension HealthImagingClient.JobProperties {
    private enum CodingKeys: CodingKey {
        case jobStatus, outputS3Uri, submittedAt, endedAt, message
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            jobStatus: (try? container.decode(HealthImagingClient.JobStatus.self, forKey: .jobStatus)) ?? .unknown,
            outputS3Uri: try? container.decode(String.self, forKey: .outputS3Uri),
            submittedAt: try? container.decode(EpochSeconds.self, forKey: .submittedAt),
            endedAt: try? container.decode(EpochSeconds.self, forKey: .endedAt),
            message: try? container.decode(String.self, forKey: .message))
    }
}

extension HealthImagingClient.JobStatus: Codable {
    private static let documented: [String: Self] = [
        "SUBMITTED": .submitted, "IN_PROGRESS": .inProgress, "COMPLETED": .completed, "FAILED": .failed,
    ]

    /// A text that does not have the form of the documented words, 1 to 32 of A to Z and `_`, becomes `UNKNOWN`.
    package init(_ text: String) {
        let isWord =
            (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == UInt8(ascii: "_") }
        self = Self.documented[text] ?? (isWord ? .other(text) : .unknown)
    }

    package var text: String {
        switch self {
        case .submitted: "SUBMITTED"
        case .inProgress: "IN_PROGRESS"
        case .completed: "COMPLETED"
        case .failed: "FAILED"
        case .other(let text): text
        }
    }

    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
