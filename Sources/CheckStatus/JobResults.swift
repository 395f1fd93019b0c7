import AWS
import ImportPipeline

/// What HealthImaging says of each file, in the lines of a job's `SUCCESS` and `FAILURE` folders.
struct JobResults: Sendable, Equatable {
    /// Keys of objects that were imported.
    var imported: Set<String> = []
    /// Of those, the ones that went into an image set that is not primary, since their attributes contradict it.
    var nonPrimary: [String] = []
    var failed: [ImportReport.FailedFile] = []

    private struct Success: Decodable {
        struct Response: Decodable { let isPrimary: Bool? }
        let inputFile: String
        let importResponse: Response?
    }

    private struct Failure: Decodable {
        struct Exception: Decodable {
            let exceptionType: String?
            let message: String?
        }
        let inputFile: String
        let exception: Exception?
    }

    mutating func addSuccesses(_ lines: [UInt8]) throws {
        for line in Self.split(lines) {
            let success = try PipelineJSON.decode(Success.self, from: line)
            imported.insert(success.inputFile)
            if success.importResponse?.isPrimary == false { nonPrimary.append(success.inputFile) }
        }
    }

    mutating func addFailures(_ lines: [UInt8]) throws {
        for line in Self.split(lines) {
            let failure = try PipelineJSON.decode(Failure.self, from: line)
            failed.append(
                .init(
                    key: failure.inputFile, errorType: failure.exception?.exceptionType ?? "unknown",
                    message: failure.exception?.message ?? "HealthImaging gives no reason"))
        }
    }

    private static func split(_ lines: [UInt8]) -> [[UInt8]] {
        lines.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.map(Array.init)
    }
}
