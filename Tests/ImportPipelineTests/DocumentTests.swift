import Foundation
import Testing

@testable import ImportPipeline

/// What anybody may have put into the bucket, an event or an execution: it is read by its rules, or refused with its place.
@Suite struct DocumentTests {
    @Test("What is as it should be is read", arguments: SampleDocument.allCases)
    func valid(_ document: SampleDocument) throws {
        try document.read(document.text)
    }

    @Test("A member that is not known is skipped, in any object of it", arguments: SampleDocument.allCases)
    func unknownMembers(_ document: SampleDocument) throws {
        try document.read(try document.textWithUnknownMembers())
    }

    static let largest = "9223372036854775807"

    struct Fault: Sendable, CustomTestStringConvertible {
        let document: SampleDocument
        let path: String
        let values: [String?]

        var testDescription: String { "\(document) \(path)" }
    }

    private static let noUIDs: [String?] = [
        "\"\"", "\"1..2\"", "\".1\"", "\"1.2.3/../4\"", "\"Doe^John\"", "\"\(String(repeating: "1", count: 65))\"", "1",
        "null", nil,
    ]
    private static let noTitles: [String?] = [
        "\"12345678901234567\"", "\"a\\u0000\"", "\"\\u00e9\"", "\"a\\nb\"", "3", nil,
    ]
    private static let noPeers: [String?] = [
        "\"\"", "\"host.example\"", "\"\(String(repeating: "1", count: 46))\"", nil,
    ]
    private static let noDates: [String?] = ["\"2026-11-23\"", "\"2026112\"", "\"\u{0661}0261123\"", "20261123"]
    private static let noTimes: [String?] = [
        "\"now\"", "\"1969-12-31T23:59:59Z\"", "\"99999-01-01T00:00:00Z\"", "1e300", nil,
    ]
    private static let noCounts: [String?] = [
        largest, "-1", "1000000001", "1.5", "1e300", "\"1\"", "9223372036854775808",
    ]
    private static let noKeys: [String?] = ["1", "\"\"", "\"\(String(repeating: "x", count: 1_025))\"", "null", nil]
    private static let noDeliveries: [String?] = ["\"x\"", "\"20261123T235152-0123456789ABCDEF01234567\"", "7", nil]

    private static let anotherStudy = "\"s3://dicom/2026/11/23/\(SampleDocument.delivery)/1.2.4/\""

    static let faults: [Fault] = [
        Fault(document: .marker, path: "deliveryId", values: noDeliveries),
        Fault(
            document: .marker, path: "task",
            values: ["\"gone\"", "\"0123456789ABCDEF\"", "\"0123456789abcdef0\"", "\"../..\"", nil]),
        Fault(document: .marker, path: "studies.0.studyInstanceUID", values: noUIDs),
        Fault(document: .marker, path: "studies.0.studyDate", values: noDates),
        Fault(document: .marker, path: "callingAETitle", values: noTitles),
        Fault(document: .marker, path: "calledAETitle", values: noTitles),
        Fault(document: .marker, path: "peer", values: noPeers),
        Fault(document: .marker, path: "openedAt", values: noTimes),
        Fault(document: .lease, path: "seconds", values: [largest, "0", "-1", "3601", "1.5", "\"60\"", "null", nil]),
        Fault(document: .marker, path: "version", values: ["\"2\"", "1e300", nil]),
        Fault(document: .marker, path: "studies", values: ["{}", "null", nil]),
        Fault(document: .manifest, path: "version", values: ["\"2\"", "1e300", nil]),
        Fault(document: .manifest, path: "studies", values: ["{}", "null", nil]),
        Fault(document: .manifest, path: "deliveryId", values: noDeliveries),
        Fault(
            document: .manifest, path: "prefix", values: ["\"\"", "\"\(String(repeating: "x", count: 1_025))\"", nil]),
        Fault(document: .manifest, path: "studies.0.studyInstanceUID", values: noUIDs),
        Fault(document: .manifest, path: "studies.0.studyDate", values: noDates),
        Fault(document: .manifest, path: "callingAETitle", values: noTitles),
        Fault(document: .manifest, path: "calledAETitle", values: noTitles),
        Fault(document: .manifest, path: "peer", values: noPeers),
        Fault(document: .manifest, path: "openedAt", values: noTimes),
        Fault(document: .manifest, path: "closedAt", values: noTimes),
        Fault(document: .manifest, path: "closeReason", values: ["\"bored\"", nil]),
        Fault(document: .manifest, path: "studies.0.instances", values: ["{}", "null", nil]),
        Fault(
            document: .manifest, path: "studies.0.instances.0.key",
            values: ["\"\"", "\"\(String(repeating: "x", count: 1_025))\"", nil]),
        Fault(
            document: .manifest, path: "studies.0.instances.0.size",
            values: [largest, "-1", "10000000001", "4611686018427387904", nil]),
        Fault(
            document: .manifest, path: "studies.0.instances.0.checksumCRC32",
            values: ["\"AAAAAAAA==\"", "\"<&>\"", "1"]),
        Fault(
            document: .manifest, path: "studies.0.instances.0.sopClassUID",
            values: noUIDs.filter { $0 != nil && $0 != "null" }),
        Fault(document: .manifest, path: "studies.0.instances.0.sopInstanceUID", values: noUIDs),
        Fault(document: .manifest, path: "studies.0.instances.0.seriesInstanceUID", values: noUIDs),
        Fault(
            document: .manifest, path: "studies.0.instances.0.transferSyntaxUID",
            values: noUIDs.filter { $0 != nil && $0 != "null" }),
        Fault(document: .start, path: "attempt", values: [largest, "0", "-9223372036854775808", "10", nil]),
        Fault(document: .start, path: "request.deliveryId", values: noDeliveries),
        Fault(
            document: .start, path: "request.inputS3Uri",
            values: [
                "\"s3://dicom/\"", "\"s3://dicom/deliveries/\"", anotherStudy, "\"http://x/\"",
                "\"s3://evil.example/?/\"", nil,
            ]),
        Fault(
            document: .start, path: "request.outputS3Uri",
            values: [
                "\"\"", "\"s3://\"", "\"s3://A/\"", "\"s3://a@b/\"",
                "\"s3://out/\(String(repeating: "x", count: 1_024))\"",
            ]),
        Fault(document: .start, path: "request.studyInstanceUID", values: noUIDs),
        Fault(document: .start, path: "request.studyCount", values: [largest, "0", "-1", "1001", nil]),
        Fault(document: .start, path: "request.studyDate", values: noDates),
        Fault(document: .start, path: "request.seriesInstanceUID", values: noUIDs.filter { $0 != nil && $0 != "null" }),
        Fault(document: .start, path: "request.sopInstanceUID", values: noUIDs.filter { $0 != nil && $0 != "null" }),
        Fault(document: .start, path: "request.instanceCount", values: [largest, "0", "-1", "5001", nil]),
        Fault(
            document: .start, path: "request.redrive", values: ["\"\"", "\"123456789012345678901\"", "\"a b\"", "1"]),
        Fault(document: .start, path: "busyAttempts", values: [largest, "-1", "10", "\"1\""]),
        Fault(document: .progress, path: "attempt", values: [largest, "0", "10", nil]),
        Fault(document: .progress, path: "busyAttempts", values: [largest, "-1", "10", nil]),
        Fault(
            document: .progress, path: "jobId",
            values: ["\"\"", "\"../\"", "\"\(String(repeating: "1", count: 65))\"", nil]),
        Fault(document: .progress, path: "jobStatus", values: ["1", nil]),
        Fault(document: .progress, path: "outcome", values: ["\"DONE\"", nil]),
        Fault(document: .progress, path: "waitSeconds", values: [largest, "-1", "86401", nil]),
        Fault(document: .progress, path: "polls", values: [largest, "-1", "25001", nil]),
        Fault(document: .jobOutput, path: "jobSummary", values: ["1", "[]", "null", nil]),
        Fault(document: .success, path: "inputFile", values: noKeys),
        Fault(document: .warning, path: "inputFile", values: noKeys),
        Fault(document: .failure, path: "inputFile", values: noKeys),
        Fault(
            document: .notification, path: "Records.0.s3.bucket.name",
            values: ["\"evil.example/x?\"", "\"A\"", "\"\"", nil]),
        Fault(
            document: .notification, path: "Records.0.s3.object.key",
            values: [
                "\"\"", "\"%\"", "\"%+1\"", "\"%C3\"", "\"%4\"", "\"\(String(repeating: "x", count: 1_025))\"", nil,
            ]),
        Fault(
            document: .notification, path: "Records.0.s3.object.eTag",
            values: ["\"a\\r\\nx-amz-acl: public-read\"", "\"\\\"\""]),
        Fault(document: .eventBridge, path: "detail.bucket.name", values: ["\"evil.example/x?\"", nil]),
        Fault(document: .eventBridge, path: "detail.object.key", values: ["\"\"", nil]),
        Fault(document: .eventBridge, path: "detail.object.etag", values: ["\"\\n\""]),
        Fault(
            document: .queue, path: "Records.0.body",
            values: ["\"\"", "\"text\"", "\"{}\"", "\"{\\\"Records\\\":[{}]}\""]),
    ]

    @Test("What is broken is refused, and its place is told without its value", arguments: faults)
    func broken(_ fault: Fault) throws {
        for value in fault.values {
            let text = try fault.document.text(setting: fault.path, to: value)
            let error = #expect(throws: DocumentError.self, "\(value ?? "missing")") { try fault.document.read(text) }
            guard fault.document != .queue else { continue }
            #expect(error?.path == fault.path)
        }
    }

    @Test(
        "A number of a job's output that is none is not known, and the rest is read",
        arguments: [
            "numberOfScannedFiles", "numberOfImportedFiles", "numberOfFilesWithCustomerError",
            "numberOfFilesWithServerError", "numberOfGeneratedImageSets", "imageSetsSummary",
            "imageSetsSummary.0.numberOfMatchedSOPInstances", "imageSetsSummary.0.isPrimary", "imageSetsSummary.0",
        ])
    func unknownNumbers(_ member: String) throws {
        func summary(_ text: String) throws -> JobOutputManifest.Summary {
            try PipelineJSON.decode(JobOutputManifest.self, from: Array(text.utf8)).jobSummary
        }
        let whole = try summary(SampleDocument.jobOutput.text)
        for value in Self.noCounts + ["null", nil] {
            let rest = try summary(SampleDocument.jobOutput.text(setting: "jobSummary.\(member)", to: value))
            let (known, all) = (Self.numbers(rest), Self.numbers(whole))
            #expect(zip(known, all).allSatisfy { $0 == $1 || $0 == nil })
            #expect(known.count { $0 == nil } == 1)
        }
    }

    private static func numbers(_ summary: JobOutputManifest.Summary) -> [Int?] {
        let nonPrimary = summary.numberOfNonPrimaryInstances
        return [
            summary.numberOfScannedFiles, summary.numberOfImportedFiles, summary.numberOfFilesWithCustomerError,
            summary.numberOfFilesWithServerError, summary.numberOfGeneratedImageSets,
            nonPrimary == 0 ? nil : nonPrimary,
        ]
    }

    @Test("Sizes and counts at their limits have sums")
    func sums() throws {
        let size = try SampleDocument.manifest.text(setting: "studies.0.instances.0.size", to: "10000000000")
        let instance = try #require(
            try PipelineJSON.decode(DeliveryManifest.self, from: Array(size.utf8)).instances.first)
        #expect(instance.size == HealthImagingLimits.maximumBytes)
        let entry = #"{"isPrimary":false,"numberOfMatchedSOPInstances":1000000000}"#
        let entries = Array(repeating: entry, count: 100_000).joined(separator: ",")
        let counted = try SampleDocument.jobOutput.text(setting: "jobSummary.imageSetsSummary", to: "[\(entries)]")
        let summary = try PipelineJSON.decode(JobOutputManifest.self, from: Array(counted.utf8)).jobSummary
        #expect(summary.numberOfNonPrimaryInstances == 100_000 * 1_000_000_000)
    }

    @Test("A marker of another delivery than its key's closes none")
    func strangeMarker() throws {
        let marker = try PipelineJSON.decode(OpenDelivery.self, from: Array(SampleDocument.marker.text.utf8))
        #expect(marker.problem(expecting: marker.deliveryId) == nil)
        #expect(marker.problem(expecting: DeliveryID(openedAt: Date()))?.path == "deliveryId")
    }

    // MARK: As a whole

    @Test("A document of more than 8 MiB is refused unread", arguments: [SampleDocument.marker, .manifest, .jobOutput])
    func tooLarge(_ document: SampleDocument) throws {
        let padding = String(repeating: " ", count: DocumentLimits.maximumBytes - document.text.utf8.count)
        try document.read(document.text + padding)
        let error = #expect(throws: DocumentError.self) { try document.read(document.text + padding + " ") }
        #expect(error?.path == "")
    }

    @Test("The longest manifest that a receiver writes fits twice")
    func longestManifest() throws {
        let uid = "1." + String(repeating: "2", count: 62)
        let delivery = DeliveryID(openedAt: Date())
        let instance = DeliveryManifest.Instance(
            key: BucketLayout.instanceKey(delivery, study: uid, series: uid, instance: uid),
            size: HealthImagingLimits.maximumBytes, checksumCRC32: "AAAAAA==", sopClassUID: uid, sopInstanceUID: uid,
            seriesInstanceUID: uid, transferSyntaxUID: uid)
        let perStudy = HealthImagingLimits.maximumInstances / DeliveryManifest.maximumStudies
        let study = DeliveryManifest.Study(
            studyInstanceUID: uid, studyDate: "20261123", instances: Array(repeating: instance, count: perStudy))
        let title = String(repeating: "A", count: 16)
        let manifest = DeliveryManifest(
            deliveryId: delivery, task: TaskID(), callingAETitle: title, calledAETitle: title,
            peer: String(repeating: "1", count: 45), openedAt: Date(), closedAt: Date(), closeReason: .maximumInstances,
            studies: Array(repeating: study, count: DeliveryManifest.maximumStudies))
        let document = try PipelineJSON.encode(manifest)
        #expect(2 * document.count <= DocumentLimits.maximumBytes)
        #expect(try PipelineJSON.decode(DeliveryManifest.self, from: document).instances.count == 5_000)
    }

    @Test("An import may take one study of its delivery")
    func oneStudy() throws {
        let uri = "s3://dicom/2026/11/23/\(SampleDocument.delivery)/1.2.3/"
        try SampleDocument.start.read(try SampleDocument.start.text(setting: "request.inputS3Uri", to: "\"\(uri)\""))
    }

    @Test("The longest marker that a receiver writes is a small document")
    func longestMarker() throws {
        let study = OpenDelivery.Study(
            studyInstanceUID: "1." + String(repeating: "2", count: 62), studyDate: "20261123")
        let marker = OpenDelivery(
            deliveryId: DeliveryID(openedAt: Date()), task: TaskID(), repeats: DeliveryID(openedAt: Date()),
            studies: Array(repeating: study, count: OpenDelivery.maximumStudies),
            callingAETitle: String(repeating: "A", count: 16), calledAETitle: String(repeating: "A", count: 16),
            peer: String(repeating: "1", count: 45), openedAt: Date())
        #expect(try 2 * PipelineJSON.encode(marker).count <= DocumentLimits.maximumSmallBytes)
    }

    @Test("A marker of another version closes nothing")
    func markerVersion() throws {
        var marker = try PipelineJSON.decode(OpenDelivery.self, from: Array(SampleDocument.marker.text.utf8))
        marker.version = 1
        #expect(marker.problem(expecting: marker.deliveryId)?.path == "version")
    }

    @Test("An import names its study where it is one, and only there", arguments: [(1, nil), (2, "\"1.2.3\"")])
    func studyOfImport(count: Int, study: String?) throws {
        let counted = try SampleDocument.start.text(setting: "request.studyCount", to: "\(count)")
        var object = try #require(JSONSerialization.jsonObject(with: Data(counted.utf8)) as? [String: Any])
        var request = try #require(object["request"] as? [String: Any])
        if study == nil { request["studyInstanceUID"] = nil }
        object["request"] = request
        let bytes = Array(try JSONSerialization.data(withJSONObject: object))
        let error = #expect(throws: DocumentError.self) { try PipelineJSON.decode(ImportStart.self, from: bytes) }
        #expect(error?.path == "request.studyInstanceUID")
    }

    /// Foundation's decoder traps at 513 brackets and nothing behind them.
    static let depths = [64, 65, 511, 512, 513, 514, 100_000]

    @Test(
        "Nesting of any depth is an error, and overflows no stack",
        arguments: SampleDocument.allCases, [("[", "]"), (#"{"a":"#, "}"), (#"{"Records":[{"s3":"#, "}]}")])
    func nesting(_ document: SampleDocument, _ brackets: (String, String)) throws {
        for depth in Self.depths {
            let open = String(repeating: brackets.0, count: depth)
            for text in [open, open + "1" + String(repeating: brackets.1, count: depth)] {
                #expect(throws: DocumentError.self) {
                    try Self.onASmallStack { () throws(DocumentError) in try document.read(text) }
                }
            }
        }
    }

    @Test("Only UTF-8 is read", arguments: [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian, .utf32])
    func encodings(_ encoding: String.Encoding) throws {
        let bytes = try #require(SampleDocument.lease.text.data(using: encoding))
        #expect(throws: DocumentError(expected: "JSON in UTF-8")) {
            try PipelineJSON.decode(TaskLease.self, from: Array(bytes))
        }
    }

    @Test("Brackets in a text are no nesting")
    func bracketsInText() throws {
        let brackets = String(repeating: "[{\\\"", count: 100)
        try SampleDocument.success.read(#"{"inputFile":"\#(brackets)"}"#)
    }

    /// As large as the least that a thread of Swift's own has.
    private static func onASmallStack(_ work: @escaping @Sendable () throws(DocumentError) -> Void) throws {
        nonisolated(unsafe) var result: Result<Void, DocumentError> = .success(())
        let ended = DispatchSemaphore(value: 0)
        let thread = Thread {
            result = Result { () throws(DocumentError) in try work() }
            ended.signal()
        }
        thread.stackSize = 512 << 10
        thread.start()
        ended.wait()
        try result.get()
    }
}
