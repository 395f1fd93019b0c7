// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImportPipeline

/// A valid document of each kind, in which a test may change members.
package enum SampleDocument: String, CaseIterable, Sendable {
    case marker, lease, manifest, start, progress, jobOutput, success, warning, failure, notification, eventBridge,
        queue

    package static let delivery = "20261123T235152-0123456789abcdef01234567"

    package var text: String {
        let prefix = "2026/11/23/\(Self.delivery)/"
        let request = """
            {"deliveryId":"\(Self.delivery)","importId":"\(Self.delivery)",\
            "manifestKey":"deliveries/\(Self.delivery).json","inputS3Uri":"s3://dicom/\(prefix)","outputS3Uri":"s3://output/x/",\
            "studyInstanceUID":"1.2.3","studyDate":"20261123","seriesInstanceUID":"1.2.4","sopInstanceUID":"1.2.5",\
            "studyCount":1,"instanceCount":1,"repeats":"\(Self.delivery)","redrive":"20261124T155319"}
            """
        let object = #"{"key":"inbox/a+b.dcm","size":2,"eTag":"0cc175b9-2","versionId":"v","sequencer":"0055"}"#
        let sent =
            #"{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","eventTime":"2026-11-23T23:52:31.000Z","s3":{"bucket":{"name":"dicom"},"object":\#(object)}}]}"#
        switch self {
        case .marker:
            return """
                {"version":2,"deliveryId":"\(Self.delivery)","task":"0123456789abcdef",\
                "studies":[{"studyInstanceUID":"1.2.3","studyDate":"20261123"}],"callingAETitle":"CT1","calledAETitle":"STORESCP","peer":"2001:db8::192.0.2.1",\
                "openedAt":"2026-11-23T23:51:52Z"}
                """
        case .lease: return #"{"seconds":60}"#
        case .manifest:
            return """
                {"version":2,"deliveryId":"\(Self.delivery)","task":"0123456789abcdef",\
                "repeats":"\(Self.delivery)","prefix":"\(prefix)","callingAETitle":"CT1","calledAETitle":"STORESCP","peer":"127.0.0.1",\
                "openedAt":"2026-11-23T23:51:52Z","closedAt":"2026-11-23T23:52:31Z","closeReason":"quiet","studies":[\
                {"studyInstanceUID":"1.2.3","studyDate":"20261123","instances":[\
                {"key":"\(prefix)1.2.3/1.2.4/1.2.5.dcm","size":2,"checksumCRC32":"AAAAAA==","sopClassUID":"1.2.6",\
                "sopInstanceUID":"1.2.5","seriesInstanceUID":"1.2.4","transferSyntaxUID":"1.2.840.10008.1.2"}]}]}
                """
        case .start: return #"{"request":\#(request),"attempt":1,"jobId":"\#(Self.delivery)"}"#
        case .progress:
            return """
                {"request":\(request),"attempt":1,"busyAttempts":0,"startsAgain":false,"jobId":"9dbc0c729b362bcf8ca9f8721a219e2d",\
                "jobStatus":"SUBMITTED","outcome":"PENDING","waitSeconds":30,"polls":0}
                """
        case .jobOutput:
            return """
                {"jobSummary":{"numberOfScannedFiles":1,"numberOfImportedFiles":1,"numberOfFilesWithCustomerError":0,\
                "numberOfFilesWithServerError":0,"numberOfGeneratedImageSets":1,\
                "imageSetsSummary":[{"isPrimary":false,"numberOfMatchedSOPInstances":1}]}}
                """
        case .success: return #"{"inputFile":"a.dcm","importResponse":{"imageSetId":"1","isPrimary":false}}"#
        case .warning:
            return """
                {"inputFile":"a.dcm","importResponse":{"imageSetId":"1","isPrimary":true,"warnings":[\
                {"warning_reason_code":45330,"type":"OFFSET_TABLE","message":"no"}]}}
                """
        case .failure:
            return #"{"inputFile":"a.dcm","exception":{"exceptionType":"ValidationException","message":"no"}}"#
        case .notification: return sent
        case .eventBridge:
            return """
                {"source":"aws.s3","detail-type":"Object Created","time":"2026-11-23T23:52:31Z","detail":{\
                "bucket":{"name":"dicom"},"object":{"key":"inbox/a b.dcm","size":2,"etag":"0cc175b9","sequencer":"0055"}}}
                """
        case .queue:
            let body = String(decoding: (try? JSONEncoder().encode(sent)) ?? Data(), as: UTF8.self)
            return #"{"Records":[{"eventSource":"aws:sqs","messageId":"1","body":\#(body)}]}"#
        }
    }

    /// Reads a text as this kind of document.
    package func read(_ text: String) throws(DocumentError) {
        let bytes = Array(text.utf8)
        switch self {
        case .marker: _ = try PipelineJSON.decode(OpenDelivery.self, from: bytes)
        case .lease: _ = try PipelineJSON.decode(TaskLease.self, from: bytes)
        case .manifest: _ = try PipelineJSON.decode(DeliveryManifest.self, from: bytes)
        case .start: _ = try PipelineJSON.decode(ImportStart.self, from: bytes)
        case .progress: _ = try PipelineJSON.decode(ImportProgress.self, from: bytes)
        case .jobOutput: _ = try PipelineJSON.decode(JobOutputManifest.self, from: bytes)
        case .success, .warning: _ = try PipelineJSON.decode(ImportedLine.self, from: bytes)
        case .failure: _ = try PipelineJSON.decode(FailedLine.self, from: bytes)
        case .notification, .eventBridge, .queue:
            guard case .messages(let messages) = try PipelineJSON.decode(TriggerImportEvent.self, from: bytes) else {
                return
            }
            for message in messages { _ = try message.objects() }
        }
    }

    /// The document with an unknown member in each of its objects.
    package func textWithUnknownMembers() throws -> String {
        let object = Self.withUnknownMembers(try JSONSerialization.jsonObject(with: Data(text.utf8)))
        return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
    }

    private static func withUnknownMembers(_ node: Any) -> Any {
        if let array = node as? [Any] { return array.map(withUnknownMembers) }
        guard let object = node as? [String: Any] else { return node }
        return object.mapValues(withUnknownMembers).merging(["unknown": [["member": NSNull()]]]) { $1 }
    }

    /// The document with another value, in JSON, in the place that a path such as `instances.0.size` names; `nil`
    /// removes the member.
    package func text(setting path: String, to value: String?) throws -> String {
        let root = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let value = try value.map { try JSONSerialization.jsonObject(with: Data($0.utf8), options: .fragmentsAllowed) }
        let changed = Self.change(root, path.split(separator: ".")[...], value)
        return String(decoding: try JSONSerialization.data(withJSONObject: changed), as: UTF8.self)
    }

    private static func change(_ node: Any, _ path: ArraySlice<Substring>, _ value: Any?) -> Any {
        guard let name = path.first else { return value ?? NSNull() }
        if var array = node as? [Any], let index = Int(name) {
            array[index] = change(array[index], path.dropFirst(), value)
            return array
        }
        guard var object = node as? [String: Any] else { return node }
        let isLast = path.count == 1
        object[String(name)] = isLast ? value : change(object[String(name)] ?? NSNull(), path.dropFirst(), value)
        return object
    }
}
