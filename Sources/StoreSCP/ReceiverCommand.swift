// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import StorageSCP

/// What the receiver's arguments ask for instead of serving.
struct ReceiverCommand: AsyncParsableCommand {
    /// The help is our own: it lists the settings.
    static let configuration = CommandConfiguration(commandName: "StoreSCP", helpNames: [])

    @Flag(name: [.short, .long]) var help = false
    @Flag var version = false
    @Flag var check = false

    func run() async throws {
        if help {
            print(ReceiverHelp.text)
        } else if version {
            print(LinkedVersions.text)
        } else if check {
            guard await ReceiverCheck().run(report: { print($0) }) else { throw ExitCode.failure }
        } else {
            // Only `--` was given.
            await ReceiverProcess().run()
        }
    }
}
