import ByteComparison
import FoundationEssentials

@testable import CheckStatus
@testable import ImportPipeline

/// Lines about single files, as HealthImaging writes them.
enum SampleResults {
    /// In the place of a line that cannot be read: AWS's own sample.
    static let unreadable =
        #"{"inputFile":"x.dcm","importResponse":{"imageSetId":"1","imageSetVersion":1,"isPrimary": True}}"#

    static func lines(_ keys: [String], _ line: (String) -> String) -> [UInt8] {
        Array(keys.map { line($0) + "\n" }.joined().utf8)
    }

    static func imported(_ key: String, isPrimary: Bool = true) -> String {
        #"{"inputFile":"\#(key)","importResponse":{"imageSetId":"1","isPrimary":\#(isPrimary)}}"#
    }

    static func warned(_ key: String, code: Int = 45_570, message: String = "no") -> String {
        let warning = #"{"warning_reason_code":\#(code),"type":"INVALID_UID","message":"\#(message)"}"#
        return #"{"inputFile":"\#(key)","importResponse":{"imageSetId":"1","isPrimary":true,"warnings":[\#(warning)]}}"#
    }

    static func failed(_ key: String, type: String = "ValidationException", message: String = "no") -> String {
        #"{"inputFile":"\#(key)","exception":{"exceptionType":"\#(type)","message":"\#(message)"}}"#
    }

    /// What the lines of each folder say.
    static func results(success: [String] = [], warning: [String] = [], failure: [String] = []) -> JobResults {
        var results = JobResults()
        for (lines, folder) in [(failure, JobResults.Folder.failure), (warning, .warning), (success, .success)] {
            results.add(self.lines(lines) { $0 }, of: "\(folder.rawValue)/1.ndjson", in: folder)
        }
        return results
    }

    /// A delivery of these keys beside such results.
    static func proof(
        of keys: [String]?, count: Int? = nil, imported: Int? = nil, failed: Int? = nil, _ results: JobResults?,
        isManifestThere: Bool = true
    ) -> ImportProof {
        var summary = JobOutputManifest.Summary()
        summary.numberOfImportedFiles = imported
        summary.numberOfFilesWithCustomerError = failed
        summary.numberOfFilesWithServerError = failed.map { _ in 0 }
        let expected = ExpectedInstances(
            count: count ?? keys?.count ?? 1, delivery: SampleDeliveries.id(1), prefix: "d/",
            keys: keys.map { Set($0.map { ByteText($0) }) },
            acknowledged: [], isClosed: true)
        return ImportProof(expected: expected, summary: isManifestThere ? summary : nil, results: results)
    }
}
