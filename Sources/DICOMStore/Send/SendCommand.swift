// SPDX-License-Identifier: Apache-2.0

import AssociationRequestor
import ArgumentParser
import DICOMNetwork
import Glibc
import StorageSCU

/// Sends files and folders by C-STORE.
struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Sends DICOM files and folders to a receiver by C-STORE.",
        usage: "dicomstore send HOST:PORT PATH … [options]",
        discussion: """
            Files are sent as they are: nothing is transcoded. Folders are searched to their end. \
            Exit status: 0 if the receiver has every file, 1 if it has not, 64 if the command is not valid.
            """)

    @Argument(help: "HOST:PORT of the receiver, unless --host names it. Then the files and folders.")
    var arguments: [String] = []

    @Option(help: "The receiver's name or address.")
    var host: String?

    @Option(help: "The receiver's port; only with --host. (default: 11112)")
    var port: Int?

    @Option(help: "The receiver's AE title.")
    var called = "STORESCP"

    @Option(help: "Our AE title.")
    var calling = "DICOMSTORE"

    @OptionGroup(title: "TLS")
    var tls: SendTLSOptions

    @Option(help: "Associations at the same time, 1 to \(Sender.maximumAssociations).")
    var associations = 1

    @Option(
        name: .customLong("resume"),
        help: ArgumentHelp(
            "A journal of what was stored. It is created if it does not exist; files that it has are not sent again.",
            valueName: "file"))
    var journal: String?

    @Option(help: "Failures one after another before the rest is given up, 0 to 100.")
    var retries = RetryPolicy().maximumFailures

    @Option(help: "Seconds before the first retry, 0 to 60; doubled for each further one, up to 30.")
    var retrySeconds = 1.0

    @Flag(help: "Files that are not DICOM do not make the command fail.")
    var skipNonDicom = false

    @Flag(help: "Prints a JSON object for each file, and one for the summary, on a line each.")
    var json = false

    @Flag(name: .shortAndLong, help: "Names also the files that were stored, on a terminal too.")
    var verbose = false

    func validate() throws {
        _ = try target()
        try Self.checkTitle(called, "--called")
        try Self.checkTitle(calling, "--calling")
        try Self.check(associations, in: 1...Sender.maximumAssociations, "--associations")
        try Self.check(retries, in: 0...100, "--retries")
        try Self.check(retrySeconds, in: 0...60, "--retry-seconds")
        try tls.check()
    }

    func run() async throws {
        let target = try target()
        let peer = Peer(
            host: target.host, port: target.port, calledAETitle: AETitle(called), callingAETitle: AETitle(calling),
            tls: try tls.client())
        let journal = try openJournal(for: peer)
        let reporter = SendReporter(
            terminal: SendTerminal(), journal: journal, isJSON: json, isVerbose: verbose, skipsOtherFiles: skipNonDicom)
        let collection = try await FileCollection(paths: target.paths, journal: journal) { reporter.found($0) }
        reporter.begin(collection)
        if !collection.files.isEmpty {
            let sender = Sender(
                opener: AssociationOpener(peer: peer), associations: associations,
                retries: RetryPolicy(maximumFailures: retries, delay: .seconds(retrySeconds)), observer: reporter)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await reporter.showProgress() }
                await sender.send(collection.files)
                group.cancelAll()
            }
        }
        guard reporter.end(), !collection.isIncomplete else { throw ExitCode.failure }
    }

    private func openJournal(for peer: Peer) throws -> SendJournal? {
        do {
            return try journal.map { path throws(SendJournalError) in try SendJournal(path: path, peer: peer) }
        } catch {
            throw ValidationError("--resume \(error)")
        }
    }

    private func target() throws -> SendTarget {
        try SendTarget(arguments: arguments, host: host, port: port)
    }

    private static func checkTitle(_ title: String, _ option: String) throws {
        guard AETitle.isValid(title) else {
            throw ValidationError(
                "\(option): expected 1 to 16 printable characters of ASCII without a backslash, got “\(title)”")
        }
    }

    private static func check<Value: Comparable>(_ value: Value, in range: ClosedRange<Value>, _ option: String) throws
    {
        guard range.contains(value) else {
            throw ValidationError("\(option): expected \(range.lowerBound) to \(range.upperBound), got \(value)")
        }
    }
}
