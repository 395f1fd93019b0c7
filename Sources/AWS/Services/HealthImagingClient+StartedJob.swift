// SPDX-License-Identifier: Apache-2.0

extension HealthImagingClient {
    /// The response to a started import job. Only the id is required; other members that cannot be read are ignored.
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
}
