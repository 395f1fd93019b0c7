// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import NIOSSL

/// Our certificate with its chain and key, and the authorities of clients.
struct CertificateCheck {
    /// Within this time before its end, a certificate should be replaced.
    private static let daysOfWarning = 30

    let settings: TLSSettings
    let now: Date

    /// Blocks until the disk has answered.
    func results() -> [CheckResult] {
        ofChain() + ofKey() + (settings.clientAuthorities.map { [ofAuthorities($0)] } ?? [])
    }

    private func ofChain() -> [CheckResult] {
        let name = settings.certificate.setting
        do {
            let chain = try TLSCredentials.certificates(settings.certificate)
            guard let own = chain.first else {
                return [CheckResult(settings.certificate.unusable("it has no certificate"))]
            }
            return [validity(of: own, as: name, "our own certificate")] + ofOrder(chain)
        } catch {
            return [CheckResult(error)]
        }
    }

    private func ofOrder(_ chain: [NIOSSLCertificate]) -> [CheckResult] {
        let name = settings.certificate.setting
        for (number, (certificate, issuer)) in zip(chain, chain.dropFirst()).enumerated()
        where certificate.issuerName != issuer.subjectName {
            return [
                CheckResult(
                    .warning, name, "certificate \(number + 1) was not issued by certificate \(number + 2)",
                    remedy: "put our own certificate first, then the one that issued it, and so on")
            ]
        }
        for (number, certificate) in chain.enumerated().dropFirst() {
            let result = validity(of: certificate, as: name, "certificate \(number + 1) of the chain")
            if result.outcome != .ok { return [result] }
        }
        let last = chain[chain.count - 1]
        let isComplete = last.issuerName == last.subjectName
        let issuer = last.issuerName.first { $0.type == .commonName }?.value ?? "an authority without a common name"
        return [
            CheckResult(
                .ok, name, "\(chain.count) in the chain, \(isComplete ? "up to its root" : "issued by \(issuer)")")
        ]
    }

    private func ofKey() -> [CheckResult] {
        let name = settings.privateKey.setting
        do {
            _ = try TLSCredentials(loading: settings)
            return [CheckResult(.ok, name, "belongs to the certificate")]
        } catch {
            // An error of a certificate is reported with it.
            return error.setting == name
                ? [CheckResult(error)] : [.notChecked(name, because: error.setting)]
        }
    }

    private func ofAuthorities(_ source: PEMSource) -> CheckResult {
        do {
            let authorities = try TLSCredentials.certificates(source)
            let expired = authorities.filter { $0.notValidAfter < Int(now.timeIntervalSince1970) }.count
            guard expired == 0 else {
                return CheckResult(
                    .warning, source.setting, "\(expired) of \(authorities.count) authorities have expired",
                    remedy: "replace them: clients with their certificates are refused")
            }
            return CheckResult(.ok, source.setting, "\(authorities.count) authorities")
        } catch {
            return CheckResult(error)
        }
    }

    private func validity(of certificate: NIOSSLCertificate, as setting: String, _ words: String) -> CheckResult {
        let seconds = Int(now.timeIntervalSince1970)
        let end = TLSContexts.format(certificate.notValidAfter)
        if certificate.notValidBefore > seconds {
            return CheckResult(
                .failed, setting, "\(words) is not valid before \(TLSContexts.format(certificate.notValidBefore))",
                remedy: "set the clock of this machine, or use another certificate")
        }
        if certificate.notValidAfter < seconds {
            return CheckResult(
                .failed, setting, "\(words) expired on \(end): senders refuse it",
                remedy: "replace it; the receiver takes changed files without a restart")
        }
        if certificate.notValidAfter < seconds + Self.daysOfWarning * 86_400 {
            return CheckResult(
                .warning, setting, "\(words) expires on \(end)",
                remedy: "replace it; the receiver takes changed files without a restart")
        }
        return CheckResult(.ok, setting, "\(words) is valid until \(end)")
    }
}
