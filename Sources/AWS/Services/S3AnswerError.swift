/// S3 answered with success and left out what the answer must hold.
package struct S3AnswerError: Error, CustomStringConvertible {
    let operation: String
    let missing: String

    package var description: String { "s3 \(operation): the answer holds no \(missing)" }
}
