// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore

/// Which connections of the DICOM ports begin with a PROXY header: `PROXY_PROTOCOL` and `PROXY_PROTOCOL_FROM`.
struct ProxyProtocolSettings: Sendable {
    enum Mode: String, CaseIterable, Sendable {
        case never = "false"
        case always = "true"
        /// With or without a header: for the time in which the load balancer is switched over.
        case auto
    }

    let mode: Mode
    /// The addresses whose headers are accepted, as written in the setting; `nil` for all.
    let ranges: String?
    private let from: [NetworkRange]

    init(_ settings: Settings) throws(ConfigurationError) {
        mode = try settings.choice(ReceiverSettings.proxyProtocol)
        ranges = settings.text(ReceiverSettings.proxyProtocolFrom)
        from = try settings.networkRanges(ReceiverSettings.proxyProtocolFrom)
        // Without the addresses any sender could claim another sender's address.
        if mode == .auto, ranges == nil {
            throw ConfigurationError(
                name: "PROXY_PROTOCOL_FROM", value: "",
                expected: "the load balancer's addresses and CIDR ranges, since PROXY_PROTOCOL is \"auto\"")
        }
        // An operator who sets the addresses expects that headers are read.
        if mode == .never, ranges != nil {
            throw ConfigurationError(
                name: "PROXY_PROTOCOL", value: mode.rawValue, expected: "true or auto, since PROXY_PROTOCOL_FROM is set"
            )
        }
    }

    /// `nil` if no header is accepted from this address: a header is then treated like any other protocol.
    func handler(for connection: SocketAddress?) -> ProxyProtocolHandler? {
        guard mode != .never, ranges == nil || connection.map(isFrom) == true else { return nil }
        return ProxyProtocolHandler(isRequired: mode == .always)
    }

    private func isFrom(_ address: SocketAddress) -> Bool {
        from.contains { $0.contains(address) }
    }
}

extension Settings {
    /// Empty only when the setting is absent.
    fileprivate func networkRanges(_ setting: Setting<String?>) throws(ConfigurationError) -> [NetworkRange] {
        guard let text = text(setting) else { return [] }
        let texts = list(setting)
        let ranges = texts.compactMap { NetworkRange($0) }
        guard !ranges.isEmpty, ranges.count == texts.count else {
            throw ConfigurationError(
                name: setting.name, value: text, expected: "addresses and CIDR ranges with commas between them")
        }
        return ranges
    }
}
