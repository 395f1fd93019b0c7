// SPDX-License-Identifier: Apache-2.0

/// A member of a document, and values that are not valid for it; `nil`: the member is missing.
package struct DocumentFault: Sendable {
    package let document: SampleDocument
    package let path: String
    package let values: [String?]

    package static let largest = "9223372036854775807"

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
    package static let impossibleCounts: [String?] = [
        largest, "-1", "1000000001", "1.5", "1e300", "\"1\"", "9223372036854775808",
    ]
    private static let noKeys: [String?] = ["1", "\"\"", "\"\(String(repeating: "x", count: 1_025))\"", "null", nil]
    private static let noDeliveries: [String?] = ["\"x\"", "\"20261123T235152-0123456789ABCDEF01234567\"", "7", nil]

    private static let anotherStudy = "\"s3://dicom/2026/11/23/\(SampleDocument.delivery)/1.2.4/\""

    package static let all: [DocumentFault] = [
        DocumentFault(document: .marker, path: "deliveryId", values: noDeliveries),
        DocumentFault(
            document: .marker, path: "task",
            values: ["\"gone\"", "\"0123456789ABCDEF\"", "\"0123456789abcdef0\"", "\"../..\"", nil]),
        DocumentFault(document: .marker, path: "studies.0.studyInstanceUID", values: noUIDs),
        DocumentFault(document: .marker, path: "studies.0.studyDate", values: noDates),
        DocumentFault(document: .marker, path: "callingAETitle", values: noTitles),
        DocumentFault(document: .marker, path: "calledAETitle", values: noTitles),
        DocumentFault(document: .marker, path: "peer", values: noPeers),
        DocumentFault(document: .marker, path: "openedAt", values: noTimes),
        DocumentFault(
            document: .lease, path: "seconds", values: [largest, "0", "-1", "3601", "1.5", "\"60\"", "null", nil]),
        DocumentFault(document: .marker, path: "version", values: ["\"2\"", "1e300", nil]),
        DocumentFault(document: .marker, path: "studies", values: ["{}", "null", nil]),
        DocumentFault(document: .manifest, path: "version", values: ["\"2\"", "1e300", nil]),
        DocumentFault(document: .manifest, path: "studies", values: ["{}", "null", nil]),
        DocumentFault(document: .manifest, path: "deliveryId", values: noDeliveries),
        DocumentFault(
            document: .manifest, path: "prefix", values: ["\"\"", "\"\(String(repeating: "x", count: 1_025))\"", nil]),
        DocumentFault(document: .manifest, path: "studies.0.studyInstanceUID", values: noUIDs),
        DocumentFault(document: .manifest, path: "studies.0.studyDate", values: noDates),
        DocumentFault(document: .manifest, path: "callingAETitle", values: noTitles),
        DocumentFault(document: .manifest, path: "calledAETitle", values: noTitles),
        DocumentFault(document: .manifest, path: "peer", values: noPeers),
        DocumentFault(document: .manifest, path: "openedAt", values: noTimes),
        DocumentFault(document: .manifest, path: "closedAt", values: noTimes),
        DocumentFault(document: .manifest, path: "closeReason", values: ["\"bored\"", nil]),
        DocumentFault(document: .manifest, path: "studies.0.instances", values: ["{}", "null", nil]),
        DocumentFault(
            document: .manifest, path: "studies.0.instances.0.key",
            values: ["\"\"", "\"\(String(repeating: "x", count: 1_025))\"", nil]),
        DocumentFault(
            document: .manifest, path: "studies.0.instances.0.size",
            values: [largest, "-1", "10000000001", "4611686018427387904", nil]),
        DocumentFault(
            document: .manifest, path: "studies.0.instances.0.checksumCRC32",
            values: ["\"AAAAAAAA==\"", "\"<&>\"", "1"]),
        DocumentFault(
            document: .manifest, path: "studies.0.instances.0.sopClassUID",
            values: noUIDs.filter { $0 != nil && $0 != "null" }),
        DocumentFault(document: .manifest, path: "studies.0.instances.0.sopInstanceUID", values: noUIDs),
        DocumentFault(document: .manifest, path: "studies.0.instances.0.seriesInstanceUID", values: noUIDs),
        DocumentFault(
            document: .manifest, path: "studies.0.instances.0.transferSyntaxUID",
            values: noUIDs.filter { $0 != nil && $0 != "null" }),
        DocumentFault(document: .start, path: "attempt", values: [largest, "0", "-9223372036854775808", "10", nil]),
        DocumentFault(document: .start, path: "request.deliveryId", values: noDeliveries),
        DocumentFault(
            document: .start, path: "request.inputS3Uri",
            values: [
                "\"s3://dicom/\"", "\"s3://dicom/deliveries/\"", anotherStudy, "\"http://x/\"",
                "\"s3://evil.example/?/\"", nil,
            ]),
        DocumentFault(
            document: .start, path: "request.outputS3Uri",
            values: [
                "\"\"", "\"s3://\"", "\"s3://A/\"", "\"s3://a@b/\"",
                "\"s3://out/\(String(repeating: "x", count: 1_024))\"",
            ]),
        DocumentFault(document: .start, path: "request.studyInstanceUID", values: noUIDs),
        DocumentFault(document: .start, path: "request.studyCount", values: [largest, "0", "-1", "1001", nil]),
        DocumentFault(document: .start, path: "request.studyDate", values: noDates),
        DocumentFault(
            document: .start, path: "request.seriesInstanceUID", values: noUIDs.filter { $0 != nil && $0 != "null" }),
        DocumentFault(
            document: .start, path: "request.sopInstanceUID", values: noUIDs.filter { $0 != nil && $0 != "null" }),
        DocumentFault(document: .start, path: "request.instanceCount", values: [largest, "0", "-1", "5001", nil]),
        DocumentFault(
            document: .start, path: "request.redrive", values: ["\"\"", "\"123456789012345678901\"", "\"a b\"", "1"]),
        DocumentFault(document: .start, path: "busyAttempts", values: [largest, "-1", "10", "\"1\""]),
        DocumentFault(document: .progress, path: "attempt", values: [largest, "0", "10", nil]),
        DocumentFault(document: .progress, path: "busyAttempts", values: [largest, "-1", "10", nil]),
        DocumentFault(
            document: .progress, path: "jobId",
            values: ["\"\"", "\"../\"", "\"\(String(repeating: "1", count: 65))\"", nil]),
        DocumentFault(document: .progress, path: "jobStatus", values: ["1", nil]),
        DocumentFault(document: .progress, path: "outcome", values: ["\"DONE\"", nil]),
        DocumentFault(document: .progress, path: "waitSeconds", values: [largest, "-1", "86401", nil]),
        DocumentFault(document: .progress, path: "polls", values: [largest, "-1", "25001", nil]),
        DocumentFault(document: .jobOutput, path: "jobSummary", values: ["1", "[]", "null", nil]),
        DocumentFault(document: .success, path: "inputFile", values: noKeys),
        DocumentFault(document: .warning, path: "inputFile", values: noKeys),
        DocumentFault(document: .failure, path: "inputFile", values: noKeys),
        DocumentFault(
            document: .notification, path: "Records.0.s3.bucket.name",
            values: ["\"evil.example/x?\"", "\"A\"", "\"\"", nil]),
        DocumentFault(
            document: .notification, path: "Records.0.s3.object.key",
            values: [
                "\"\"", "\"%\"", "\"%+1\"", "\"%C3\"", "\"%4\"", "\"\(String(repeating: "x", count: 1_025))\"", nil,
            ]),
        DocumentFault(
            document: .notification, path: "Records.0.s3.object.eTag",
            values: ["\"a\\r\\nx-amz-acl: public-read\"", "\"\\\"\""]),
        DocumentFault(document: .eventBridge, path: "detail.bucket.name", values: ["\"evil.example/x?\"", nil]),
        DocumentFault(document: .eventBridge, path: "detail.object.key", values: ["\"\"", nil]),
        DocumentFault(document: .eventBridge, path: "detail.object.etag", values: ["\"\\n\""]),
        DocumentFault(
            document: .queue, path: "Records.0.body",
            values: ["\"\"", "\"text\"", "\"{}\"", "\"{\\\"Records\\\":[{}]}\""]),
    ]
}
