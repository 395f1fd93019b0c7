// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import StorageSCU
import Synchronization

/// Prints what happens while files are sent, and records in the journal what was stored.
final class SendReporter: SendObserver {
    private struct State {
        var progress = SendProgress()
        var summary = SendSummary()
        var isSending = false
        var journalHasFailed = false
    }

    /// How often the line on a terminal is rewritten, and how often a line is printed elsewhere.
    private static let terminalInterval = Duration.milliseconds(200)
    private static let plainInterval = Duration.seconds(10)

    private let terminal: SendTerminal
    private let journal: SendJournal?
    private let isJSON: Bool
    private let isVerbose: Bool
    private let skipsOtherFiles: Bool
    private let started = ContinuousClock.now
    private let state = Mutex(State())

    init(terminal: SendTerminal, journal: SendJournal?, isJSON: Bool, isVerbose: Bool, skipsOtherFiles: Bool) {
        self.terminal = terminal
        self.journal = journal
        self.isJSON = isJSON
        self.isVerbose = isVerbose
        self.skipsOtherFiles = skipsOtherFiles
    }

    // MARK: Steps

    func found(_ count: Int) {
        if count.isMultiple(of: 100) { terminal.rewriteLine("looking at files: \(count)") }
    }

    func begin(_ collection: FileCollection) {
        state.withLock { state in
            state.progress.totalFiles = collection.files.count
            state.progress.totalBytes = collection.files.reduce(0) { $0 + $1.dataSetLength }
            state.isSending = true
        }
        for result in collection.results { ended(result) }
        if collection.isIncomplete {
            note("only the first \(FileCollection.maximumFiles) files are sent: send the folders one after another")
        }
    }

    /// Runs until its task is cancelled.
    func showProgress() async {
        let interval = terminal.errorIsTerminal ? Self.terminalInterval : Self.plainInterval
        while (try? await Task.sleep(for: interval)) != nil {
            if terminal.errorIsTerminal {
                draw()
            } else {
                terminal.printNote(currentProgress().text)
            }
        }
    }

    /// Prints the summary. Returns whether the receiver has every file.
    func end() -> Bool {
        let (summary, elapsed) = state.withLock { state in
            state.isSending = false
            return (state.summary, ContinuousClock.now - started)
        }
        terminal.rewriteLine("")
        if isJSON {
            print(SummaryLine(summary: summary, seconds: elapsed / .seconds(1)))
        } else {
            terminal.printResult(Self.text(summary, elapsed))
        }
        return summary.isSuccess
    }

    private static func text(_ summary: SendSummary, _ elapsed: Duration) -> String {
        guard summary.files > 0 else { return "no files were found" }
        var parts = ["\(summary.stored) stored"]
        if summary.storedWithWarning > 0 { parts[0] += " (\(summary.storedWithWarning) with a warning)" }
        if summary.storedBefore > 0 { parts.append("\(summary.storedBefore) stored before") }
        if summary.skipped > 0 { parts.append("\(summary.skipped) skipped") }
        parts.append("\(summary.notStored) not stored")
        let seconds = elapsed / .seconds(1)
        let size = SendProgress.size(Double(summary.bytes))
        return "\(summary.files) files: \(parts.joined(separator: ", ")); \(size) in \(SendProgress.time(seconds))"
    }

    // MARK: SendObserver

    func fileEnded(_ result: FileResult) {
        if case .stored = result.outcome, let file = result.file { record(file) }
        state.withLock { $0.progress.files += 1 }
        ended(result)
    }

    func sent(bytes: Int) {
        state.withLock { $0.progress.bytes += Int64(bytes) }
    }

    func willRetry(after delay: Duration, because reason: String) {
        let tenths = Int((delay / .seconds(1) * 10).rounded())
        note("\(reason); trying again in \(tenths / 10).\(tenths % 10) s")
    }

    private func record(_ file: OutgoingFile) {
        do {
            try journal?.record(file)
        } catch {
            let isFirst = state.withLock { state in
                defer { state.journalHasFailed = true }
                return !state.journalHasFailed
            }
            if isFirst { note("the journal cannot be written, so that files may be sent again later: \(error)") }
        }
    }

    // MARK: Output

    private struct FileLine: Encodable {
        let path: String
        let outcome: String
        let text: String
        let status: String?
        let sopClassUID: String?
        let sopInstanceUID: String?
        let transferSyntaxUID: String?
    }

    private struct SummaryLine: Encodable {
        let summary: SendSummary
        let seconds: Double
    }

    private func ended(_ result: FileResult) {
        state.withLock { $0.summary.add(result, skipsOtherFiles: skipsOtherFiles) }
        if isJSON {
            print(
                FileLine(
                    path: result.path, outcome: result.outcome.name, text: result.text,
                    status: result.outcome.status.map { "\($0)" }, sopClassUID: result.file?.context.sopClassUID.value,
                    sopInstanceUID: result.file?.sopInstanceUID.value,
                    transferSyntaxUID: result.file?.context.transferSyntaxUID.value))
        } else if isVerbose || !terminal.outputIsTerminal || !result.outcome.isStored || result.outcome.isWarning {
            printResult("\(result.path): \(result.text)")
        }
    }

    private func print(_ value: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let line = try? encoder.encode(value) else { return }
        printResult(String(decoding: line, as: UTF8.self))
    }

    /// One line at a time, with the line that is rewritten below it.
    private func printResult(_ line: String) {
        state.withLock { _ in
            if terminal.outputIsTerminal { terminal.rewriteLine("") }
            terminal.printResult(line)
        }
    }

    private func note(_ line: String) {
        state.withLock { _ in
            terminal.rewriteLine("")
            terminal.printNote(line)
        }
    }

    private func draw() {
        let progress = currentProgress()
        state.withLock { state in
            if state.isSending { terminal.rewriteLine(progress.line(width: terminal.width)) }
        }
    }

    private func currentProgress() -> SendProgress {
        state.withLock { state in
            var progress = state.progress
            progress.elapsed = ContinuousClock.now - started
            return progress
        }
    }
}
