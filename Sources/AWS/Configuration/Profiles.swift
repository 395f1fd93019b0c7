// SPDX-License-Identifier: Apache-2.0

/// The contents of `~/.aws/config` and `~/.aws/credentials`.
package struct Profiles: Sendable {
    let config: INIFile
    let credentials: INIFile

    /// `nil` if neither file has this profile.
    package func profile(_ name: String) throws(AWSConfigurationError) -> Profile? {
        try Profile(name, config: config, credentials: credentials)
    }

    /// Another section of the config file, such as `sso-session hospital`.
    package func section(_ name: String) -> [String: String]? { config.sections[name] }
}
