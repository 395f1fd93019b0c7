// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials

extension AWSClient {
    /// Sends the request and decodes the JSON of its answer.
    func answer<Answer: Decodable>(to request: AWSRequest) async throws -> Answer {
        try JSONDecoder().decode(Answer.self, from: Data(await send(request).body))
    }
}
