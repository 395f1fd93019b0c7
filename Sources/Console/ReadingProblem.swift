// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Inspection

/// What a person can do about an error of AWS.
enum ReadingProblem {
    private static let credentialCodes: Set = [
        "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException",
        "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSignatureException", "AuthFailure",
    ]
    private static let rightCodes: Set = ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"]

    static func problem(of error: any Error) -> Problem {
        switch error {
        case let error as AWSServiceError where rightCodes.contains(error.code):
            Problem("\(error)", advice: "Let your credentials read this; docs/console.md lists the rights.")
        case let error as AWSServiceError where credentialCodes.contains(error.code):
            Problem("\(error)", advice: "Renew your credentials, such as with `aws sso login`, and check the clock.")
        case let error as AWSServiceError where error.errorClass != .permanent:
            Problem("\(error)", advice: "AWS is busy. The console asks again by itself.")
        case let error as AWSServiceError:
            Problem("\(error)", advice: "Check the stack's name, the account and the region.")
        case let error as CredentialsError:
            Problem("\(error)", advice: "Give the command credentials, such as with AWS_PROFILE, and start it again.")
        case let error as HTTPError:
            Problem("AWS was not reached: \(error)", advice: "Check the network, the region and AWS_ENDPOINT_URL.")
        default: Problem("\(error)", advice: "The console asks again by itself. Restart it if this stays.")
        }
    }
}
