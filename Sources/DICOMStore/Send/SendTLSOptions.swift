// SPDX-License-Identifier: Apache-2.0

import AssociationRequestor
import ArgumentParser
import StorageSCU

/// The options of `send` for TLS. Each of them turns it on.
struct SendTLSOptions: ParsableArguments {
    @Flag(name: .customLong("tls"), help: "Uses TLS.")
    var isOn = false

    @Option(
        name: .customLong("tls-ca"),
        help: ArgumentHelp(
            "PEM file of the authorities of the receiver's certificate. Without it: the system's.", valueName: "file"))
    var authorities: String?

    @Option(
        name: .customLong("tls-certificate"),
        help: ArgumentHelp("PEM file of our own certificate and its chain.", valueName: "file"))
    var certificate: String?

    @Option(
        name: .customLong("tls-key"),
        help: ArgumentHelp("PEM file of the key of our own certificate, without a passphrase.", valueName: "file"))
    var key: String?

    @Option(
        name: .customLong("tls-server-name"),
        help: ArgumentHelp("The name in the receiver's certificate, if it is not the host.", valueName: "name"))
    var serverName: String?

    func check() throws {
        guard (certificate == nil) == (key == nil) else {
            throw ValidationError("--tls-certificate and --tls-key: expected both or none of them")
        }
    }

    /// `nil` without TLS.
    func client() throws -> ClientTLS? {
        guard isOn || authorities != nil || certificate != nil || serverName != nil else { return nil }
        do {
            return try ClientTLS(
                authorities: authorities, certificate: certificate, privateKey: key, serverName: serverName)
        } catch {
            throw ValidationError("TLS: \(error)")
        }
    }
}
