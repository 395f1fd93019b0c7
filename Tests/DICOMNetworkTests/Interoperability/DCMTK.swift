import Foundation

/// Runs DCMTK's programs.
enum DCMTK {
    struct Result: Sendable {
        let status: Int32
        let output: String
    }

    struct ProgramMissing: Error, CustomStringConvertible {
        let path: String
        var description: String { "\(path) is not there: install DCMTK (apt-get install dcmtk)" }
    }

    static func run(_ program: String, _ arguments: [String]) async throws -> Result {
        let path = "/usr/bin/\(program)"
        guard FileManager.default.isExecutableFile(atPath: path) else { throw ProgramMissing(path: path) }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = output
        return try await withCheckedThrowingContinuation { continuation in
            // On a thread of its own: reading blocks until the program has ended.
            Thread.detachNewThread {
                do {
                    try process.run()
                } catch {
                    return continuation.resume(throwing: error)
                }
                let bytes = output.fileHandleForReading.readDataToEndOfFile()
                process.waitUntilExit()
                continuation.resume(
                    returning: Result(status: process.terminationStatus, output: String(decoding: bytes, as: UTF8.self))
                )
            }
        }
    }
}
