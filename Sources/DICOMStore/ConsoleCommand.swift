// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Console
import Inspection
import UnixSignals

struct ConsoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console",
        abstract: "Shows the pipeline in a browser of this machine.",
        discussion: """
            It prints an address, and serves the page there until Ctrl-C or SIGTERM. Only this machine reaches it, and \
            only with the token that the address has.
            """)

    @OptionGroup var stack: StackOptions

    @Option(help: ArgumentHelp("The port of 127.0.0.1; 0 lets the kernel choose.", valueName: "number"))
    var port = 0

    @Option(
        help: ArgumentHelp(
            "The least time between two readings (default: 2 for a local AWS, 10 for AWS).", valueName: "seconds"))
    var refresh: Int?

    @Flag(help: "Also open the page in the default browser.")
    var open = false

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port \(port): expected 0 to 65535") }
        if let refresh, !(1...3_600).contains(refresh) {
            throw ValidationError("--refresh \(refresh): expected 1 to 3600 seconds")
        }
    }

    func run() async throws {
        let access = try await stack.open()
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let server = try await explained(by: access) {
            try await ConsoleServer.open(
                inspector: access.inspector, port: port,
                minimumAge: .seconds(refresh ?? (access.endpoint == nil ? 10 : 2)), endpoint: access.endpoint)
        }
        Terminal.write("console of \(access.stack.name): \(server.url)\n")
        let page = open ? try? BrowserPage(url: server.url) : nil
        if open, page == nil { Terminal.complain("dicomstore: no browser could be started; open the address yourself") }
        for await _ in signals { break }
        page?.remove()
        await server.close()
    }
}
