// SPDX-License-Identifier: Apache-2.0

import Foundation
import SampleDocuments
import Testing

@testable import ImportPipeline

/// Documents that anyone may have put into the bucket, an event or an execution: each is read by its rules, or refused
/// with the place of the fault.
@Suite struct DocumentTests {
    @Test("A valid document is read", arguments: SampleDocument.allCases)
    func valid(_ document: SampleDocument) throws {
        try document.read(document.text)
    }

    @Test("An unknown member is skipped, in any object of a document", arguments: SampleDocument.allCases)
    func unknownMembers(_ document: SampleDocument) throws {
        try document.read(try document.textWithUnknownMembers())
    }

    @Test(
        "A document with a wrong value is refused, and the error names the place but not the value",
        arguments: DocumentFault.all)
    func broken(_ fault: DocumentFault) throws {
        for value in fault.values {
            let text = try fault.document.text(setting: fault.path, to: value)
            let error = #expect(throws: DocumentError.self, "\(value ?? "missing")") { try fault.document.read(text) }
            guard fault.document != .queue else { continue }
            #expect(error?.path == fault.path)
        }
    }

    @Test(
        "A number in a job's output that is not valid counts as unknown, and the rest is read",
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
        for value in DocumentFault.impossibleCounts + ["null", nil] {
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

    @Test("The sums of sizes and counts at their limits do not overflow")
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

    @Test("A marker that names another delivery than its key closes no delivery")
    func strangeMarker() throws {
        let marker = try PipelineJSON.decode(OpenDelivery.self, from: Array(SampleDocument.marker.text.utf8))
        #expect(marker.problem(expecting: marker.deliveryId) == nil)
        #expect(marker.problem(expecting: DeliveryID(openedAt: Date()))?.path == "deliveryId")
    }

    // MARK: As a whole

    @Test(
        "A document of more than 8 MiB is refused before it is parsed",
        arguments: [SampleDocument.marker, .manifest, .jobOutput])
    func tooLarge(_ document: SampleDocument) throws {
        let padding = String(repeating: " ", count: DocumentLimits.maximumBytes - document.text.utf8.count)
        try document.read(document.text + padding)
        let error = #expect(throws: DocumentError.self) { try document.read(document.text + padding + " ") }
        #expect(error?.path == "")
    }

    @Test("The longest manifest that a receiver writes has less than half of the permitted size")
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

    @Test("An import may contain one study of its delivery only")
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

    @Test("A marker of another version closes no delivery")
    func markerVersion() throws {
        var marker = try PipelineJSON.decode(OpenDelivery.self, from: Array(SampleDocument.marker.text.utf8))
        marker.version = 1
        #expect(marker.problem(expecting: marker.deliveryId)?.path == "version")
    }

    @Test("An import names a study if, and only if, it has exactly one", arguments: [(1, nil), (2, "\"1.2.3\"")])
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

    /// Foundation's decoder traps at 513 brackets with nothing after them.
    static let depths = [64, 65, 511, 512, 513, 514, 100_000]

    @Test(
        "Deep nesting is an error, and does not overflow the stack",
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

    @Test(
        "A document in another encoding than UTF-8 is refused",
        arguments: [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian, .utf32])
    func encodings(_ encoding: String.Encoding) throws {
        let bytes = try #require(SampleDocument.lease.text.data(using: encoding))
        #expect(throws: DocumentError(expected: "JSON in UTF-8")) {
            try PipelineJSON.decode(TaskLease.self, from: Array(bytes))
        }
    }

    @Test("Brackets inside a string do not count as nesting")
    func bracketsInText() throws {
        let brackets = String(repeating: "[{\\\"", count: 100)
        try SampleDocument.success.read(#"{"inputFile":"\#(brackets)"}"#)
    }

    /// The smallest stack that a thread of the Swift runtime has.
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
