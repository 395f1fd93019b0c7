// SPDX-License-Identifier: Apache-2.0

/// Who we are, and whom we trust, on associations with TLS that we open.
struct CommitmentTLS: Equatable, Sendable {
    /// The chain, our own certificate first; `nil`: we show none.
    let certificate: PEMSource?
    let privateKey: PEMSource?
    /// The authorities of the peers' certificates; `nil`: those of the system.
    let authorities: PEMSource?

    /// `receiver`: the receiver's own certificate, which is used unless there is another one for this.
    init(_ settings: Settings, receiver: TLSSettings?) throws(ConfigurationError) {
        let certificate = settings.pem(ReceiverSettings.commitmentTLSCertificate)
        let privateKey = settings.pem(ReceiverSettings.commitmentTLSPrivateKey)
        authorities = settings.pem(ReceiverSettings.commitmentTLSAuthorities)
        switch (certificate, privateKey) {
        case (nil, nil):
            self.certificate = receiver?.certificate
            self.privateKey = receiver?.privateKey
        case (.some, .some):
            self.certificate = certificate
            self.privateKey = privateKey
        case (.some, nil):
            throw ConfigurationError(
                name: ReceiverSettings.commitmentTLSPrivateKey.name, value: "",
                expected: "the certificate's key, since COMMITMENT_TLS_CERTIFICATE is set")
        case (nil, .some):
            throw ConfigurationError(
                name: ReceiverSettings.commitmentTLSCertificate.name, value: "",
                expected: "a certificate, since COMMITMENT_TLS_PRIVATE_KEY is set")
        }
    }
}
