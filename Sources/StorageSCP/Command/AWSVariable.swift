// SPDX-License-Identifier: Apache-2.0

/// An environment variable that AWS's tools read and this receiver too. A test compares the list with the code.
package struct AWSVariable: Sendable {
    package let names: [String]
    package let purpose: String

    private init(_ names: String..., purpose: String) {
        self.names = names
        self.purpose = purpose
    }

    package static let all: [AWSVariable] = [
        AWSVariable("AWS_REGION", "AWS_DEFAULT_REGION", purpose: "The region. Without both, the profile's."),
        AWSVariable(
            "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
            purpose: "Credentials. They are used before all others."),
        AWSVariable(
            "AWS_PROFILE", "AWS_DEFAULT_PROFILE",
            purpose: "The profile: access key, role, IAM Identity Center, or a program that prints credentials."),
        AWSVariable(
            "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE",
            purpose: "The files of profiles. Default: ~/.aws/config and ~/.aws/credentials."),
        AWSVariable(
            "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME",
            purpose: "A role that is assumed with a token, such as that of a service account in EKS."),
        AWSVariable(
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
            purpose: "The role of a container. ECS and EKS set these."),
        AWSVariable(
            "AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
            purpose: "Whether and where an EC2 instance is asked for the credentials of its role."),
        AWSVariable(
            "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_SSO",
            purpose: "Other endpoints than AWS's own, with http:// or https://."),
        AWSVariable(
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            purpose: "true: such endpoints, and those of a profile, are not used."),
        AWSVariable(
            "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", purpose: "true: AWS's endpoints of that kind."),
        AWSVariable(
            "AWS_MAX_ATTEMPTS",
            purpose: "How many times a request is sent. Default: 11 times for what a sender waits for, 5 for the lease."
        ),
        AWSVariable(
            "AWS_CA_BUNDLE", purpose: "The file of certificate authorities. Default: the system's."),
    ]
}
