// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// The settings, with every error in them rather than the first one, and what remains usable.
struct CheckedSettings {
    /// Settings that decide only together whether they can be used.
    private static let groups: [[String]] = [
        names { $0.begins(with: "TLS_") || $0 == "REQUIRE_TLS" },
        names { $0.begins(with: "PROXY_PROTOCOL") },
        names { $0.begins(with: "USER_IDENTIT") },
        names { $0.begins(with: "COMMITMENT_TLS_") },
    ]

    let errors: [ConfigurationError]
    /// The settings that have errors, and those that cannot be used because of them. In `configuration` they have their
    /// defaults.
    let unusable: Set<String>
    /// `nil` if even the rest cannot be used.
    let configuration: Configuration?
    /// The number of settings that are set.
    let count: Int

    init(environment: [String: String]) {
        var rest = environment
        var errors: [ConfigurationError] = []
        var unusable: Set<String> = []
        var configuration: Configuration?
        count = Self.names { environment[$0].map { !$0.isEmpty } == true }.count
        while configuration == nil {
            do {
                configuration = try Configuration(environment: rest)
            } catch {
                let names: Set<String>
                if unusable.contains(error.name) {
                    // The error is in what other settings demand of this one.
                    names = Set(Self.groups.first { $0.contains(error.name) } ?? []).subtracting(unusable)
                    guard !names.isEmpty else { break }
                } else {
                    names = [error.name]
                    errors.append(error)
                }
                unusable.formUnion(names)
                for name in names { rest[name] = nil }
            }
        }
        self.errors = errors
        self.unusable = unusable
        self.configuration = configuration
    }

    /// The first of these settings that cannot be used.
    func unusable(_ names: [String]) -> String? { names.first(where: unusable.contains) }

    var results: [CheckResult] {
        guard errors.isEmpty else { return errors.map { CheckResult($0) } }
        return [CheckResult(.ok, "settings", "\(count) set, all valid; the others have their defaults")]
    }

    private static func names(_ isIncluded: (String) -> Bool) -> [String] {
        (ReceiverSettings.general + ReceiverSettings.limits).map(\.name).filter(isIncluded)
    }
}
