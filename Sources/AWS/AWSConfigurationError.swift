/// A setting of AWS's that is missing or cannot be used.
package enum AWSConfigurationError: Error, Equatable, CustomStringConvertible {
    case noRegion
    case malformedSetting(name: String, value: String, expected: String)

    package var description: String {
        switch self {
        case .noRegion: "no AWS region: set AWS_REGION, or region in the profile of AWS_CONFIG_FILE"
        case .malformedSetting(let name, let value, let expected): "\(name) is \"\(value)\", expected \(expected)"
        }
    }
}
