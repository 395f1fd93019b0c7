// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import FoundationEssentials
import SampleDocuments
import StructuredLog
import Testing

@testable import CheckStatus
@testable import ImportPipeline

/// Incomplete output, and output with warnings, of HealthImaging: a good import never becomes a failed one, and no
/// original expires by mistake.
@Suite struct UncertainProofTests {
    private static let two = ["d/a", "d/b"]

    // MARK: Warnings

    struct Folders: Sendable {
        let success: [String]
        /// The number that HealthImaging counts.
        let imported: Int?
    }

    @Test(
        "A file with warnings counts as imported, in WARNING alone or in SUCCESS too, counted or not",
        arguments: [
            Folders(success: two, imported: 2), Folders(success: two, imported: 1),
            Folders(success: ["d/a"], imported: 2),
            Folders(success: ["d/a"], imported: 1), Folders(success: ["d/a"], imported: nil),
        ])
    func warned(_ folders: Folders) {
        let results = SampleResults.results(
            success: folders.success.map { SampleResults.imported($0) }, warning: [SampleResults.warned("d/b")])
        let proof = SampleResults.proof(of: Self.two, imported: folders.imported, failed: 0, results)
        let verdict = ImportVerdict(proof)
        #expect(verdict.outcome == .imported)
        #expect(verdict.findings?.importedCount == 2)
        #expect(verdict.findings?.warningCount == 1)
        #expect(proof.basis == .instances)
        #expect(proof.mayExpire(as: .imported, evenWithWarnings: false) == ["d/a"])
        #expect(proof.mayExpire(as: .imported, evenWithWarnings: true) == ["d/a", "d/b"])
    }

    @Test("A single file with a warning is imported even if no number counts it")
    func singleWarned() {
        let proof = SampleResults.proof(
            of: ["d/a"], imported: 0, failed: 0, SampleResults.results(warning: [SampleResults.warned("d/a")]))
        #expect(ImportVerdict(proof).outcome == .imported)
    }

    @Test("Named files without warnings that no number counts prove nothing")
    func uncounted() {
        let proof = SampleResults.proof(
            of: Self.two, imported: 1, failed: 0,
            SampleResults.results(success: Self.two.map { SampleResults.imported($0) }))
        #expect(ImportVerdict(proof).outcome == .partial)
    }

    @Test("A file named as imported and as failed counts as failed, and does not expire", arguments: [0, 1, nil])
    func both(_ imported: Int?) {
        let results = SampleResults.results(
            warning: [SampleResults.warned("d/a")],
            failure: [SampleResults.failed("d/a", type: "InternalServerException")])
        let proof = SampleResults.proof(of: ["d/a"], imported: imported, failed: 1, results)
        #expect(ImportVerdict(proof).outcome == .partial)
        #expect(ImportVerdict(proof).cause == .transient)
        #expect(proof.mayExpire(as: .imported, evenWithWarnings: true).isEmpty)
    }

    @Test("An unacknowledged object with a warning does not expire either")
    func unacknowledged() {
        let results = SampleResults.results(
            success: [SampleResults.imported("d/x")], warning: [SampleResults.warned("d/y")])
        let proof = SampleResults.proof(of: ["d/a"], imported: 2, failed: 0, results)
        #expect(proof.unacknowledged == ["d/x", "d/y"])
        #expect(proof.mayExpire(as: .unacknowledged, evenWithWarnings: false) == ["d/x"])
        #expect(proof.mayExpire(as: .unacknowledged, evenWithWarnings: true) == ["d/x", "d/y"])
        // The item of this delivery does not count the warnings of other files.
        #expect(ImportVerdict(proof).findings?.warningCount == 0)
    }

    // MARK: Lines that cannot be read

    @Test("If a line cannot be read, the numbers decide and no object expires")
    func counts() {
        let results = SampleResults.results(success: [SampleResults.imported("d/a"), SampleResults.unreadable])
        let whole = SampleResults.proof(of: Self.two, imported: 2, failed: 0, results)
        #expect(ImportVerdict(whole).outcome == .imported)
        #expect(whole.basis == .counts)
        #expect(whole.missing.isEmpty)
        #expect(whole.mayExpire(as: .imported, evenWithWarnings: true).isEmpty)

        let part = SampleResults.proof(of: Self.two, imported: 1, failed: 1, results)
        #expect(ImportVerdict(part).outcome == .partial)
        #expect(ImportVerdict(part).cause == .permanent)
    }

    @Test("Every line may be unreadable")
    func nothingReadable() {
        let results = SampleResults.results(success: [SampleResults.unreadable, SampleResults.unreadable])
        #expect(ImportVerdict(SampleResults.proof(of: Self.two, imported: 2, failed: 0, results)).outcome == .imported)
        // The number may leave out the file that one of the lines warns about.
        #expect(ImportVerdict(SampleResults.proof(of: Self.two, imported: 0, failed: 0, results)).outcome == .partial)
        #expect(ImportVerdict(SampleResults.proof(of: Self.two, imported: nil, results)).outcome == .partial)
    }

    @Test("If every instance is named, an unreadable line belongs to another object")
    func enoughReadable() {
        let results = SampleResults.results(
            success: [SampleResults.unreadable] + Self.two.map { SampleResults.imported($0) })
        let proof = SampleResults.proof(of: Self.two, imported: nil, results)
        #expect(ImportVerdict(proof).outcome == .imported)
        #expect(proof.basis == .instances)
        #expect(proof.mayExpire(as: .imported, evenWithWarnings: true).isEmpty)
    }

    // MARK: Numbers that are not there

    @Test("Without numbers the lines decide")
    func lines() {
        let whole = SampleResults.results(success: Self.two.map { SampleResults.imported($0) })
        let part = SampleResults.results(
            success: [SampleResults.imported("d/a")], failure: [SampleResults.failed("d/b")])
        let none = SampleResults.results(failure: Self.two.map { SampleResults.failed($0) })
        for (results, outcome) in [(whole, ImportOutcome.imported), (part, .partial), (none, .failed)] {
            for isManifestThere in [true, false] {
                let proof = SampleResults.proof(of: Self.two, results, isManifestThere: isManifestThere)
                #expect(ImportVerdict(proof).outcome == outcome)
                #expect(proof.basis == .instances)
            }
        }
        // More lines may appear until the manifest appears.
        let proof = SampleResults.proof(of: Self.two, whole, isManifestThere: false)
        #expect(proof.mayExpire(as: .imported, evenWithWarnings: false).isEmpty)
    }

    @Test(
        "More lines may appear if they name fewer files than the numbers count, and do not prove a whole import",
        arguments: [
            (["d/a"], [], 2, 0, true), ([], [], 1, 1, true), (["d/a"], [], 1, 1, true), (["d/a"], ["d/b"], 1, 1, false),
            (["d/a", "d/b"], [], 3, 0, false), (["d/a", SampleResults.unreadable], [], 1, 1, false),
            (["d/a"], [], 1, 0, false), (["d/a"], [], nil, 0, false), ([], [], 2, 0, false),
        ] as [([String], [String], Int?, Int, Bool)])
    func mayGrow(success: [String], failure: [String], imported: Int?, failed: Int, mayGrow: Bool) {
        let lines = success.map { $0 == SampleResults.unreadable ? $0 : SampleResults.imported($0) }
        let results = SampleResults.results(success: lines, failure: failure.map { SampleResults.failed($0) })
        let proof = SampleResults.proof(
            of: Self.two, imported: imported, failed: failed, success + failure == [] ? nil : results)
        #expect(proof.mayGrow == mayGrow)
    }

    @Test(
        "Without any evidence an import is PARTIAL, and may be started again by hand",
        arguments: [true, false])
    func nothing(_ isManifestThere: Bool) {
        for keys in [Self.two, nil] {
            let proof = SampleResults.proof(of: keys, count: 2, nil, isManifestThere: isManifestThere)
            let verdict = ImportVerdict(proof)
            #expect(verdict.outcome == .partial)
            #expect(verdict.cause == .permanent)
            #expect(verdict.attributes.keys.sorted() == ["message"])
            let message = verdict.findings?.message ?? ""
            #expect(message.contains("it is not known whether all 2 instances were imported"))
            #expect(message.contains("did not appear within 900 s") == !isManifestThere)
            #expect(proof.basis == .nothing)
        }
    }

    @Test("The number of failed files must be known: another file may have been imported instead of an instance")
    func unknownFailures() {
        #expect(ImportVerdict(SampleResults.proof(of: nil, count: 2, imported: 2, nil)).outcome == .partial)
        #expect(ImportVerdict(SampleResults.proof(of: nil, count: 2, imported: 2, failed: 0, nil)).outcome == .imported)
    }

    // MARK: Causes

    @Test(
        "A file that failed by a conflict, throttling or an internal error is tried again",
        arguments: [
            ("ConflictException", ErrorClass.transient), ("InternalServerException", .transient),
            ("InternalError", .transient), ("ServiceUnavailable", .transient), ("ThrottlingException", .busy),
            ("TooManyRequestsException", .busy), ("ValidationException", .permanent), ("unknown", .permanent),
        ])
    func types(_ type: String, _ cause: ErrorClass) {
        let results = SampleResults.results(
            success: [SampleResults.imported("d/a")],
            failure: [
                SampleResults.failed("d/b", type: type), SampleResults.failed("d/stranger", type: "ConflictException"),
            ])
        let verdict = ImportVerdict(SampleResults.proof(of: Self.two, imported: 1, failed: 1, results))
        #expect(verdict.outcome == .partial)
        #expect(verdict.cause == cause)
    }
}
