// SPDX-License-Identifier: Apache-2.0

/// The state of an execution before its job is started, as the state machine lays it out.
package struct ImportStart: Decodable, Sendable, Equatable {
    package let request: ImportRequest
    /// From 1.
    package let attempt: Int
    /// See `ImportProgress`. The first state of an execution does not have it.
    package let busyAttempts: Int

    private enum CodingKeys: CodingKey {
        case request, attempt, busyAttempts
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        request = try container.decode(ImportRequest.self, forKey: .request)
        attempt = try container.integer(in: 1...ImportProgress.maximumAttempts, .attempt)
        busyAttempts =
            try container.integerIfPresent(in: 0...ImportProgress.maximumAttempts, .busyAttempts) ?? 0
    }
}
