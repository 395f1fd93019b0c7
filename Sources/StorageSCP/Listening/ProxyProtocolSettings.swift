import DICOMNetwork
import NIOCore

/// Which connections of the DICOM ports begin with a load balancer's header: `PROXY_PROTOCOL` and `PROXY_PROTOCOL_FROM`.
struct ProxyProtocolSettings: Sendable {
    enum Mode: String, CaseIterable, Sendable {
        case never = "false"
        case always = "true"
        /// The load balancer may be about to begin, or to end, sending it.
        case auto
    }

    let mode: Mode
    /// Whose header is believed, as the setting has it. Nil: everybody's.
    let ranges: String?
    private let from: [NetworkRange]

    init(_ settings: Settings) throws(ConfigurationError) {
        mode = try settings.choice(ReceiverSettings.proxyProtocol)
        ranges = settings.text(ReceiverSettings.proxyProtocolFrom)
        from = try settings.networkRanges(ReceiverSettings.proxyProtocolFrom)
        // Without them any sender could claim another's address.
        if mode == .auto, ranges == nil {
            throw ConfigurationError(
                name: "PROXY_PROTOCOL_FROM", value: "",
                expected: "the load balancer's addresses and CIDR ranges, since PROXY_PROTOCOL is \"auto\"")
        }
        // Whoever names them believes that their headers are read.
        if mode == .never, ranges != nil {
            throw ConfigurationError(
                name: "PROXY_PROTOCOL", value: mode.rawValue, expected: "true or auto, since PROXY_PROTOCOL_FROM is set"
            )
        }
    }

    /// Nil: from there no header is taken, and one that comes is another protocol.
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
