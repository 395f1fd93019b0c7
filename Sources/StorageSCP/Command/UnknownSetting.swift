// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// An environment variable that looks like a setting of the receiver and is not one.
///
/// The environment of a container has many variables of others: of ECS, Kubernetes, systemd, AWS's tools and shells. A
/// name looks like ours if it is a known one with a small mistake, or begins as only our names do. The value is never
/// part of a message: it may be a secret.
package struct UnknownSetting: Sendable, Equatable {
    package let name: String
    /// The known setting whose name is the most similar.
    package let nearest: String

    /// At most this many are reported.
    static let maximumCount = 20
    /// Longer names are not looked at.
    private static let maximumLength = 64
    /// Beginnings that variables of no platform have. `USER_`, `LOG_`, `MAX_`, `NETWORK_` and others are not among
    /// them.
    private static let beginnings = [
        "SCP_", "DICOM_", "DIMSE_", "DELIVERY_", "TLS_", "AE_TITLE", "REQUIRE_", "MAXIMUM_", "PROXY_PROTOCOL",
        "USER_IDENTIT", "TASK_LEASE", "STORAGE_DIR", "METRICS_NAMESPACE", "ROUTES",
    ]
    /// AWS, ECS and Kubernetes name their own variables so.
    private static let foreignBeginnings = ["AWS_", "ECS_", "KUBERNETES_"]
    private static let names = (ReceiverSettings.general + ReceiverSettings.limits).map(\.name)

    /// In the order of their names.
    package static func all(in environment: [String: String]) -> [UnknownSetting] {
        let known = Set(names)
        let unknown = environment.keys.sorted().compactMap { name -> UnknownSetting? in
            guard !known.contains(name), !isLinkOfAService(name, environment) else { return nil }
            return UnknownSetting(name)
        }
        return Array(unknown.prefix(maximumCount))
    }

    /// `nil` if the name does not look like one of ours.
    private init?(_ name: String) {
        guard (3...Self.maximumLength).contains(name.utf8.count),
            !Self.foreignBeginnings.contains(where: { name.begins(with: $0) })
        else { return nil }
        self.name = name
        let capitals = name.uppercased()
        let distances = Self.names.map { ($0, EditDistance.between(capitals, $0)) }
        guard let (nearest, distance) = distances.min(by: { $0.1 < $1.1 }) else { return nil }
        let isMistyped = capitals == name ? distance <= Self.tolerance(for: nearest) : distance == 0
        guard isMistyped || Self.beginnings.contains(where: { name.begins(with: $0) }) else { return nil }
        self.nearest = nearest
    }

    /// Short names differ in two characters from many foreign ones: `APP_PORT` is not a mistyped `SCP_PORT`.
    private static func tolerance(for name: String) -> Int {
        switch name.utf8.count {
        case ..<12: 1
        case ..<20: 2
        default: 3
        }
    }

    /// Kubernetes and Docker tell a container of each service beside it: `DICOM_SERVICE_HOST`, `DICOM_PORT`,
    /// `DICOM_PORT_104_TCP_ADDR`.
    private static func isLinkOfAService(_ name: String, _ environment: [String: String]) -> Bool {
        if name.ends(with: "_SERVICE_HOST") || name.contains("_SERVICE_PORT") { return true }
        if name.ends(with: "_PORT"), environment[name]?.contains("://") == true { return true }
        let words = name.split(separator: "_")
        return zip(words, words.dropFirst()).contains { number, transport in
            UInt16(number) != nil && ["TCP", "UDP", "SCTP"].contains(transport)
        }
    }
}
