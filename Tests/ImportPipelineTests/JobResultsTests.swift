// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import SampleDocuments
import Testing

@testable import ImportPipeline

@Suite struct JobResultsTests {
    @Test(
        "A line that cannot be read is noted with its place, and the other lines count",
        arguments: JobResults.Folder.allCases)
    func unreadable(_ folder: JobResults.Folder) {
        let good = folder == .failure ? SampleResults.failed : { SampleResults.warned($0, message: $2) }
        var results = JobResults()
        let lines = [good("a", "", ""), SampleResults.unreadable, "", "{}", "no JSON\r", good("b", "", "")]
        results.add(SampleResults.lines(lines) { $0 }, of: "x.ndjson", in: folder)
        #expect(results.imported.union(results.failedKeys) == ["a", "b"])
        // The line of a failed file needs no `isPrimary`.
        #expect(results.unreadableCount == 3)
        #expect(results.unreadable.map(\.line) == [2, 4, 5])
        #expect(Set(results.unreadable.map(\.file)) == ["x.ndjson"])
        #expect(results.unreadable.map(\.expected).last == "the document: expected JSON that is well formed")
        #expect(!results.isComplete)
    }

    @Test("A line that names its file is read, whatever the rest of it is")
    func leniency() {
        let results = SampleResults.results(
            success: [
                #"{"inputFile":"a"}"#, #"{"inputFile":"b","importResponse":7}"#,
                #"{"inputFile":"c","importResponse":{"isPrimary":"no","warnings":{"code":1}}}"#,
            ],
            warning: [
                #"{"inputFile":"d"}"#,
                #"{"inputFile":"e","importResponse":{"warnings":[5,{"warning_reason_code":"45330","type":[],"message":1},{}]}}"#,
            ],
            failure: [#"{"inputFile":"f"}"#, #"{"inputFile":"g","exception":{"exceptionType":1,"message":[]}}"#])
        #expect(results.isComplete)
        #expect(results.imported == ["a", "b", "c", "d", "e"])
        #expect(results.warned == ["d", "e"])
        #expect(results.failed.map(\.key) == ["f", "g"])
        #expect(results.nonPrimary.isEmpty)
    }

    @Test("A file with warnings was imported, whichever folder names it")
    func warnings() throws {
        let results = SampleResults.results(
            success: [
                SampleResults.imported("a"), SampleResults.imported("b"), SampleResults.warned("d", code: 45_344),
            ],
            warning: [SampleResults.warned("b", code: 45_330), SampleResults.warned("c")])
        #expect(results.imported == ["a", "b", "c", "d"])
        #expect(results.warned == ["b", "c", "d"])
        #expect(results.warnings.map(\.key) == ["b", "c", "d"])
        #expect(results.warnings.map(\.framesUnavailable) == [true, false, false])
        #expect(results.warnings.flatMap(\.warnings).map(\.code) == [45_330, 45_570, 45_344])
        let told = String(decoding: try PipelineJSON.encode(results.warnings[0]), as: UTF8.self)
        #expect(
            told
                == #"{"framesUnavailable":true,"key":"b","warnings":[{"code":45330,"message":"no","type":"INVALID_UID"}]}"#
        )
    }

    @Test("An instance that several lines name as not primary counts once")
    func nonPrimary() {
        let line = SampleResults.imported("a", isPrimary: false)
        #expect(SampleResults.results(success: [line, line], warning: [line]).nonPrimary == ["a"])
    }

    @Test(
        "The length and number of warnings, the unreadable places and the lines are bounded; those left out are counted"
    )
    func bounds() {
        let long = SampleResults.warned("a", message: String(repeating: "x", count: 4_000))
        let count = DocumentLimits.maximumNamedWarningBytes / long.utf8.count + 10
        let named = SampleResults.results(warning: (0..<count).map { long.replacing("\"a\"", with: "\"\($0)\"") })
        #expect(named.warned.count == count)
        #expect((count - 15..<count).contains(named.warnings.count))
        #expect(named.warnings[0].warnings[0].message?.count == DocumentLimits.maximumMessageLength)

        let broken = SampleResults.results(success: Array(repeating: "{}", count: 1_000))
        #expect(broken.unreadableCount == 1_000)
        #expect(broken.unreadable.count == DocumentLimits.maximumNamedPlaces)

        let line = SampleResults.imported("a")
        let many = SampleResults.results(success: Array(repeating: line, count: DocumentLimits.maximumResultLines + 2))
        #expect(many.unreadable.map(\.expected) == ["at most 100000 lines in all"])
        #expect(many.unreadable.map(\.line) == [DocumentLimits.maximumResultLines + 1])
    }
}
