// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore
import NIOPosix

/// Whether the ports are free. All are open at the same time for a moment, so that two settings with the same number
/// are found too.
struct PortCheck {
    let configuration: Configuration
    let settings: CheckedSettings

    func results() async -> [CheckResult] {
        var ports: [(setting: String, port: Int)] = []
        if !configuration.requiresTLS { ports.append((ReceiverSettings.port.name, configuration.port)) }
        if let tls = configuration.tls { ports.append((ReceiverSettings.tlsPort.name, tls.port)) }
        if let port = configuration.healthPort { ports.append((ReceiverSettings.healthPort.name, port)) }
        var results: [CheckResult] = []
        var open: [any Channel] = []
        for (setting, port) in ports {
            if let name = settings.unusable([setting, ReceiverSettings.address.name]) {
                results.append(.notChecked(setting, because: name))
                continue
            }
            do {
                open.append(
                    try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                        .listen(on: configuration.address, port: port))
                results.append(
                    CheckResult(
                        .ok, setting,
                        port == 0 ? "0: any free port" : "port \(port) of \(configuration.address) is free"))
            } catch {
                results.append(CheckResult(.failed, setting, "\(error)", remedy: remedy(for: error, setting: setting)))
            }
        }
        for channel in open { try? await channel.close() }
        return results
    }

    private func remedy(for error: any Error, setting: String) -> String {
        switch (error as? ListeningError)?.errno {
        case EADDRINUSE: "end the process that has it (a receiver that runs already?), or set \(setting) to another"
        case EACCES: "set \(setting) to 1024 or more, or allow CAP_NET_BIND_SERVICE"
        default: "set SCP_ADDRESS to an address of this machine, or unset it"
        }
    }
}
