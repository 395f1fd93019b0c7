// SPDX-License-Identifier: Apache-2.0

extension HealthImagingClient {
    /// What HealthImaging reports about an import job. A member that is missing or cannot be read is unknown or `nil`.
    package struct JobProperties: Decodable, Sendable, Equatable {
        package let jobStatus: JobStatus
        package let outputS3Uri: String?
        package let submittedAt: EpochSeconds?
        package let endedAt: EpochSeconds?
        package let message: String?

        /// The properties when the response cannot be read.
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
