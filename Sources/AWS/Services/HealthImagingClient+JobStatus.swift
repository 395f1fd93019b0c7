// SPDX-License-Identifier: Apache-2.0

extension HealthImagingClient {
    /// The status of an import job.
    package enum JobStatus: Sendable, Hashable {
        case submitted, inProgress, completed, failed
        /// A status that is not documented. The job is treated as still running.
        case other(String)

        static let unknown = JobStatus.other("UNKNOWN")
    }
}

extension HealthImagingClient.JobStatus: Codable {
    private static let documented: [String: Self] = [
        "SUBMITTED": .submitted, "IN_PROGRESS": .inProgress, "COMPLETED": .completed, "FAILED": .failed,
    ]

    /// A text that is not 1 to 32 characters of A to Z and `_`, as the documented words are, becomes `UNKNOWN`.
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
