import StructuredLog

/// No credentials could be had.
package enum CredentialsError: NamedError, Equatable, CustomStringConvertible {
    case none
    case containerEndpointNotAllowed(url: String)
    case containerEndpointAnswered(status: Int)
    case containerAnswerMalformed(missing: String)
    case fileUnreadable(path: String)

    package var errorClass: ErrorClass? {
        if case .containerEndpointAnswered = self { .transient } else { .permanent }
    }

    package var description: String {
        switch self {
        case .none:
            """
            no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE with a credentials \
            file, or run where a container role gives them (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)
            """
        case .containerEndpointNotAllowed(let url):
            """
            AWS_CONTAINER_CREDENTIALS_FULL_URI is \(url): expected https, or http to a loopback address or to \
            169.254.170.2, 169.254.170.23 or fd00:ec2::23
            """
        case .containerEndpointAnswered(let status):
            "the container's credentials endpoint answered with status \(status), expected 200"
        case .containerAnswerMalformed(let missing):
            "the container's credentials endpoint answered without a valid \(missing)"
        case .fileUnreadable(let path): "cannot read \(path)"
        }
    }
}
