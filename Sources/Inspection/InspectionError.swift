// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import StructuredLog

/// Why the pipeline cannot be read, and what the caller can do about it.
package struct InspectionError: NamedError, Equatable, CustomStringConvertible {
    package let text: String
    package let advice: String

    package init(_ text: String, advice: String) {
        self.text = text
        self.advice = advice
    }

    package var errorClass: ErrorClass? { .permanent }
    package var description: String { "\(text)\n\(advice)" }

    package static func noStack(_ name: String, region: String) -> InspectionError {
        InspectionError(
            "no CloudFormation stack \"\(name)\" in \(region)",
            advice: """
                Give the name of the stack of template/dicom-store-scp.yaml or template/pipeline.yaml with --stack or \
                DICOM_STORE_STACK, and its region with AWS_REGION.
                """)
    }

    package static func noOutput(_ output: String, stack: String) -> InspectionError {
        InspectionError(
            "the stack \"\(stack)\" has no output \(output)",
            advice: """
                Expected the stack of template/dicom-store-scp.yaml or template/pipeline.yaml: give its name with \
                --stack or DICOM_STORE_STACK.
                """)
    }

    /// The same error, with advice where there is any.
    package static func explaining(_ error: any Error, endpoint: String?) -> InspectionError {
        switch error {
        case let error as InspectionError: return error
        case let error as AWSConfigurationError:
            return InspectionError(
                "\(error)", advice: "Set it in the environment, or in the profile that AWS_PROFILE names.")
        case let error as CredentialsError:
            return InspectionError(
                "\(error)",
                advice: "With IAM Identity Center, `aws sso login` renews a session that has ended.")
        case let error as AWSServiceError where error.isDenied:
            return InspectionError(
                "these credentials may not call \(action(error)): \(error.message)",
                advice: "docs/command.md, \"Rights\", has the policy that a caller needs.")
        case let error as AWSServiceError:
            return InspectionError("\(error)", advice: advice(error))
        case let error as HTTPError:
            return InspectionError(
                "\(error)",
                advice: endpoint.map { "Is anything listening at \($0), which AWS_ENDPOINT_URL names?" }
                    ?? "Is AWS reachable from here, and does AWS_REGION name the region of the stack?")
        default: return InspectionError("\(error)", advice: "Please report this: it should have been explained.")
        }
    }

    private static func action(_ error: AWSServiceError) -> String {
        // IAM calls these actions by other names than S3 its operations.
        let names = [
            "ListObjectsV2": "ListBucket", "HeadObject": "GetObject", "DescribeStacks": "DescribeStacks",
        ]
        return "\(error.service):\(names[error.operation] ?? error.operation)"
    }

    private static func advice(_ error: AWSServiceError) -> String {
        switch error.code {
        case "ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException", "InvalidClientTokenId",
            "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSignatureException":
            "Are the credentials of this account, and still valid? `aws sts get-caller-identity` tells whose they are."
        case "NoSuchBucket", "ResourceNotFoundException", "StateMachineDoesNotExist", "QueueDoesNotExist",
            "AWS.SimpleQueueService.NonExistentQueue":
            "A part of the stack was deleted: deploy the stack again."
        default: error.errorClass == .permanent ? "See the message of the service." : "Try again in a moment."
        }
    }
}

extension AWSServiceError {
    var isDenied: Bool {
        ["AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"].contains(code)
            || (statusCode == 403 && !code.contains("Token") && !code.contains("Signature") && !code.contains("Client"))
    }
}
