// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP

/// What an operator can do when the store refuses, or cannot be reached.
enum StoreAdvice {
    static let noAnswer = "check the way to S3 (VPC endpoint, security group, proxy), and AWS_ENDPOINT_URL if it is set"

    static func text(for error: any Error, storage: Configuration.Storage) -> String {
        guard case .bucket(let bucket) = storage else {
            return "make room in STORAGE_DIRECTORY, or correct its permissions"
        }
        switch error as any Error {
        case let error as AWSServiceError: return text(forCode: error.code, status: error.statusCode, bucket: bucket)
        case is CredentialsError:
            return "give the task a role, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        case is AWSConfigurationError: return "correct the variables or the profile of AWS that are named"
        default: return noAnswer
        }
    }

    private static func text(forCode code: String, status: Int, bucket: String) -> String {
        switch code {
        case "NoSuchBucket": "create the bucket \(bucket), or correct DICOM_BUCKET"
        case "AccessDenied", "AllAccessDisabled", "AccountProblem":
            "allow s3:PutObject on arn:aws:s3:::\(bucket)/tasks/* as template/receiver.yaml does, or correct DICOM_BUCKET"
        case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException":
            "set AWS_REGION to the region of the bucket \(bucket)"
        case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken", "TokenRefreshRequired":
            "replace the credentials: S3 does not accept them"
        case "RequestTimeTooSkewed": "set the clock of this machine"
        case _ where code.contains("KMS"): "allow kms:GenerateDataKey and kms:Decrypt for the key of the bucket"
        default: status >= 500 ? "wait: S3 has a fault or is too busy" : "see what S3 says, and correct DICOM_BUCKET"
        }
    }
}
