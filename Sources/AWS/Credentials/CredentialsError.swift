// SPDX-License-Identifier: Apache-2.0

import StructuredLog

/// Why no credentials are available.
package enum CredentialsError: NamedError, Equatable, CustomStringConvertible {
    case none
    case containerEndpointNotAllowed(url: String)
    case endpointAnswered(of: String, status: Int)
    case answerMalformed(of: String, missing: String)
    case fileUnreadable(path: String)
    /// The profile uses a kind of credentials that is not supported.
    case unsupported(setting: String, profile: String)
    /// The problem text says what the user has to correct.
    case unusable(of: String, problem: String)

    package var errorClass: ErrorClass? {
        if case .endpointAnswered(_, let status) = self, status >= 500 || status == 429 {
            .transient
        } else {
            .permanent
        }
    }

    package var description: String {
        switch self {
        case .none:
            """
            no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE with a profile that has some, or \
            run where a container, a pod or an instance has a role
            """
        case .containerEndpointNotAllowed(let url):
            """
            AWS_CONTAINER_CREDENTIALS_FULL_URI is \(url): expected https, or http to a loopback address or to \
            169.254.170.2, 169.254.170.23 or fd00:ec2::23
            """
        case .endpointAnswered(let source, let status): "\(source) answered with status \(status), expected 200"
        case .answerMalformed(let source, let missing): "\(source) answered without a valid \(missing)"
        case .fileUnreadable(let path): "cannot read \(path)"
        case .unsupported(let setting, let profile):
            """
            the AWS profile "\(profile)" has \(setting), which is not supported: expected an access key, role_arn with source_profile, \
            credential_source or web_identity_token_file, credential_process, or sso_session
            """
        case .unusable(let source, let problem): "\(source): \(problem)"
        }
    }
}
