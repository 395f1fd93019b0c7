// SPDX-License-Identifier: Apache-2.0

/// S3 reported success, but a required part of the response is missing.
package struct S3AnswerError: Error, CustomStringConvertible {
    let operation: String
    let missing: String

    package var description: String { "s3 \(operation): the response has no \(missing)" }
}
