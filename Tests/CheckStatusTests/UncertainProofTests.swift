import ByteComparison
import FoundationEssentials
import SampleDocuments
import StructuredLog
import Testing

@testable import CheckStatus
@testable import ImportPipeline

/// What HealthImaging says only in part, or of which it warns: no good import becomes a failed one, and no original expires by mistake.
@Suite struct UncertainProofTests {
    private static let two = ["d/a", "d/b"]

    // MARK: Warnings

    struct Folders: Sendable {
        let success: [String]
        /// HealthImaging's own number.
        let imported: Int?
    }

    @Test(
        "A file with warnings was imported, in WARNING alone or in SUCCESS too, counted or not",
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
        #expect(verdict.attributes["importedCount"] == "2")
        #expect(verdict.attributes["warningCount"] == "1")
        #expect(proof.basis == .instances)
        #expect(proof.mayExpire(as: .imported, evenWithWarnings: false) == ["d/a"])
        #expect(proof.mayExpire(as: .imported, evenWithWarnings: true) == ["d/a", "d/b"])
    }

    @Test("A single file with a warning that no number counts is imported")
    func singleWarned() {
        let proof = SampleResults.proof(
            of: ["d/a"], imported: 0, failed: 0, SampleResults.results(warning: [SampleResults.warned("d/a")]))
        #expect(ImportVerdict(proof).outcome == .imported)
    }

    @Test("Files without warnings that no number counts prove nothing")
    func uncounted() {
        let proof = SampleResults.proof(
            of: Self.two, imported: 1, failed: 0,
            SampleResults.results(success: Self.two.map { SampleResults.imported($0) }))
        #expect(ImportVerdict(proof).outcome == .partial)
    }

    @Test("A file that is imported and failed counts as failed, and stays", arguments: [0, 1, nil])
    func both(_ imported: Int?) {
        let results = SampleResults.results(
            warning: [SampleResults.warned("d/a")],
            failure: [SampleResults.failed("d/a", type: "InternalServerException")])
        let proof = SampleResults.proof(of: ["d/a"], imported: imported, failed: 1, results)
        #expect(ImportVerdict(proof).outcome == .partial)
        #expect(ImportVerdict(proof).cause == .transient)
        #expect(proof.mayExpire(as: .imported, evenWithWarnings: true).isEmpty)
    }

    @Test("An object that nobody acknowledged does not expire either when HealthImaging warns of it")
    func unacknowledged() {
        let results = SampleResults.results(
            success: [SampleResults.imported("d/x")], warning: [SampleResults.warned("d/y")])
        let proof = SampleResults.proof(of: ["d/a"], imported: 2, failed: 0, results)
        #expect(proof.unacknowledged == ["d/x", "d/y"])
        #expect(proof.mayExpire(as: .unacknowledged, evenWithWarnings: false) == ["d/x"])
        #expect(proof.mayExpire(as: .unacknowledged, evenWithWarnings: true) == ["d/x", "d/y"])
        // Of other files it is not told in this delivery's item.
        #expect(ImportVerdict(proof).attributes["warningCount"] == nil)
    }

    // MARK: Lines that cannot be read

    @Test("Where a line cannot be read the numbers decide, and nothing expires")
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

    @Test("Every line may be one that cannot be read")
    func nothingReadable() {
        let results = SampleResults.results(success: [SampleResults.unreadable, SampleResults.unreadable])
        #expect(ImportVerdict(SampleResults.proof(of: Self.two, imported: 2, failed: 0, results)).outcome == .imported)
        // The number may leave out what one of the lines warns of.
        #expect(ImportVerdict(SampleResults.proof(of: Self.two, imported: 0, failed: 0, results)).outcome == .partial)
        #expect(ImportVerdict(SampleResults.proof(of: Self.two, imported: nil, results)).outcome == .partial)
    }

    @Test("Where every instance is named a line that cannot be read is another's")
    func enoughReadable() {
        let results = SampleResults.results(
            success: [SampleResults.unreadable] + Self.two.map { SampleResults.imported($0) })
        let proof = SampleResults.proof(of: Self.two, imported: nil, results)
        #expect(ImportVerdict(proof).outcome == .imported)
        #expect(proof.basis == .instances)
        #expect(proof.mayExpire(as: .imported, evenWithWarnings: true).isEmpty)
    }

    // MARK: Numbers that are not there

    @Test("Where there are no numbers the lines decide")
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
        // Lines may still come as long as the manifest has not come.
        let proof = SampleResults.proof(of: Self.two, whole, isManifestThere: false)
        #expect(proof.mayExpire(as: .imported, evenWithWarnings: false).isEmpty)
    }

    @Test(
        "Where nothing says what became of an import it is partial, and may be started again by hand",
        arguments: [true, false])
    func nothing(_ isManifestThere: Bool) {
        for keys in [Self.two, nil] {
            let proof = SampleResults.proof(of: keys, count: 2, nil, isManifestThere: isManifestThere)
            let verdict = ImportVerdict(proof)
            #expect(verdict.outcome == .partial)
            #expect(verdict.cause == .permanent)
            #expect(verdict.attributes.keys.sorted() == ["message"])
            let message = verdict.attributes["message"] ?? ""
            #expect(message.contains("it is not known whether all 2 instances were imported"))
            #expect(message.contains("did not appear within 900 s") == !isManifestThere)
            #expect(proof.basis == .nothing)
        }
    }

    @Test("How many have failed must be known: another file may have been imported in an instance's place")
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
