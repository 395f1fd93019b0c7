// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// What people run beside the receiver and the functions.
@main
struct DICOMStore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dicomstore",
        abstract: "Sends images, and shows what became of images that a receiver took.",
        subcommands: [
            StatusCommand.self,
            FindCommand.self,
            EventsCommand.self,
            RedriveCommand.self,
            SendCommand.self,
            ConsoleCommand.self,
        ])
}
