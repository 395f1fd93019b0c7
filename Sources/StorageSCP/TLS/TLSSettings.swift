// SPDX-License-Identifier: Apache-2.0

/// The settings of the TLS port.
struct TLSSettings: Hashable, Sendable {
    enum MinimumVersion: String, CaseIterable, Sendable {
        case tls12 = "1.2"
        case tls13 = "1.3"
    }

    enum ClientCertificates: String, CaseIterable, Sendable {
        case none
        case required
    }

    let port: Int
    /// The chain, our own certificate first.
    let certificate: PEMSource
    let privateKey: PEMSource
    /// The authorities for clients' certificates; `nil` if clients need no certificate.
    let clientAuthorities: PEMSource?
    let minimumVersion: MinimumVersion
    let reloadSeconds: Int

    /// `nil` without a certificate: then there is no TLS port.
    init?(_ settings: Settings) throws(ConfigurationError) {
        // Read first: a value that is not valid is an error even if it is not used.
        port = try settings.integer(ReceiverSettings.tlsPort)
        minimumVersion = try settings.choice(ReceiverSettings.tlsMinimumVersion)
        reloadSeconds = try settings.integer(ReceiverSettings.tlsReloadSeconds)
        let clients = try settings.choice(ReceiverSettings.tlsClientCertificates)
        let requiresTLS = try settings.boolean(ReceiverSettings.requireTLS)

        let key = settings.pem(ReceiverSettings.tlsPrivateKey)
        let authorities = settings.pem(ReceiverSettings.tlsClientAuthorities)
        guard let certificate = settings.pem(ReceiverSettings.tlsCertificate) else {
            let user: String? =
                if key != nil {
                    "TLS_PRIVATE_KEY is set"
                } else if clients == .required {
                    "TLS_CLIENT_CERTIFICATES is \"required\""
                } else if authorities != nil {
                    "TLS_CLIENT_CA_CERTIFICATES is set"
                } else if requiresTLS {
                    "REQUIRE_TLS is true"
                } else {
                    nil
                }
            guard let user else { return nil }
            throw ConfigurationError(name: "TLS_CERTIFICATE", value: "", expected: "a certificate, since \(user)")
        }
        guard let key else {
            throw ConfigurationError(
                name: "TLS_PRIVATE_KEY", value: "", expected: "the certificate's key, since TLS_CERTIFICATE is set")
        }
        if clients == .required, authorities == nil {
            throw ConfigurationError(
                name: "TLS_CLIENT_CA_CERTIFICATES", value: "",
                expected: "the authorities of clients, since TLS_CLIENT_CERTIFICATES is \"required\"")
        }
        // An operator who sets authorities expects that clients are checked.
        if clients == .none, authorities != nil {
            throw ConfigurationError(
                name: "TLS_CLIENT_CERTIFICATES", value: clients.rawValue,
                expected: "required, since TLS_CLIENT_CA_CERTIFICATES is set")
        }
        self.certificate = certificate
        privateKey = key
        clientAuthorities = authorities
    }

    var sources: [PEMSource] { [certificate, privateKey] + (clientAuthorities.map { [$0] } ?? []) }
}
