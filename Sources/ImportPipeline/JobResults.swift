import ByteComparison

/// What HealthImaging says of each file, in the lines of a job's `SUCCESS` and `FAILURE` folders.
package struct JobResults: Sendable, Equatable {
    package struct FailedFile: Codable, Sendable, Equatable {
        package let key: String
        package let errorType: String
        package let message: String
    }

    /// Keys of objects that were imported.
    package private(set) var imported: Set<ByteText> = []
    /// Of those, the ones that went into an image set that is not primary, since their attributes contradict it.
    package private(set) var nonPrimary: [String] = []
    package private(set) var failed: [FailedFile] = []

    package var failedKeys: Set<ByteText> { Set(failed.map { ByteText($0.key) }) }

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

    package init() {}

    package mutating func addSuccesses(_ lines: [UInt8]) throws(DocumentError) {
        for line in Self.split(lines) {
            let success = try PipelineJSON.decode(Success.self, from: Array(line))
            imported.insert(ByteText(success.inputFile))
            if success.importResponse?.isPrimary == false { nonPrimary.append(success.inputFile) }
        }
    }

    package mutating func addFailures(_ lines: [UInt8]) throws(DocumentError) {
        for line in Self.split(lines) {
            let failure = try PipelineJSON.decode(Failure.self, from: Array(line))
            failed.append(
                FailedFile(
                    key: failure.inputFile, errorType: failure.exception?.exceptionType ?? "unknown",
                    message: failure.exception?.message ?? "HealthImaging gives no reason"))
        }
    }

    private static func split(_ lines: [UInt8]) -> [ArraySlice<UInt8>] {
        lines.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    }
}
