// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Console
import Dispatch
import Glibc
import UnixSignals

/// The console over a synthetic pipeline, for tests and for `make bench-console`.
///
/// It prints its address, and then reads commands from standard input, one a line: see `SamplePipeline.Command`.
@main
struct SampleConsole: AsyncParsableCommand {
    @Option(help: "The number of deliveries at the start.")
    var deliveries = 500
    @Option(help: "0 lets the kernel choose.")
    var port = 0
    @Option(help: "The least time between two reads, in milliseconds.")
    var minimumAge = 200
    @Option(help: "DICOM files whose thumbnails the newest delivery offers.")
    var file: [String] = []

    func run() async throws {
        let pipeline = SamplePipeline(count: deliveries, files: file)
        let server = try await ConsoleServer.open(
            inspector: pipeline, port: port, minimumAge: .milliseconds(minimumAge))
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        print(server.url)
        fflush(nil)
        takeCommands(of: pipeline)
        for await _ in signals { break }
        await server.close()
    }
}

/// Reads lines of standard input on a thread of its own, and prints `done` or `unknown` for each.
private func takeCommands(of pipeline: SamplePipeline) {
    DispatchQueue.global().async {
        while let line = readLine() {
            let command = SamplePipeline.Command(line)
            if let command { pipeline.carryOut(command) }
            print(command == nil ? "unknown" : "done")
            fflush(nil)
        }
    }
}
