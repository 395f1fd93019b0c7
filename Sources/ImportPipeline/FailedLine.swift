// SPDX-License-Identifier: Apache-2.0

/// A line of a job's `FAILURE` folder: the file was not imported.
package struct FailedLine: Decodable, Sendable, Equatable {
    package let inputFile: String
    package let exceptionType: String?
    package let message: String?

    private enum CodingKeys: CodingKey {
        case inputFile, exception
    }

    private enum ExceptionKeys: CodingKey {
        case exceptionType, message
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        inputFile = try container.text(.objectKey, .inputFile)
        let exception = try? container.nestedContainer(keyedBy: ExceptionKeys.self, forKey: .exception)
        exceptionType = exception?.readable(String.self, .exceptionType)
        message = exception?.readable(String.self, .message)
    }
}
