// SPDX-License-Identifier: Apache-2.0

/// A message of the start queue: an execution waits for a job of its import.
package struct StartMessage: Decodable, Sendable {
    /// The holder of this token may answer the execution.
    package let taskToken: String
    /// If the state cannot be read, the execution is still answered, with the reason.
    package let state: Result<ImportStart, DocumentError>

    package init(_ message: QueueMessage) throws(DocumentError) {
        self = try PipelineJSON.decode(Self.self, from: Array(message.body.utf8))
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        taskToken = try container.text(.taskToken, .taskToken)
        do {
            state = .success(try container.decode(ImportStart.self, forKey: .state))
        } catch let error as DocumentError {
            state = .failure(error)
        } catch let error as DecodingError {
            state = .failure(DocumentError(error))
        }
    }

    private enum CodingKeys: CodingKey {
        case taskToken, state
    }
}
