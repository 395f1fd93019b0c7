// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Testing

@testable import ImportPipeline

@Suite struct DeliveryManifestTests {
    private let id = DeliveryID(openedAt: Date(timeIntervalSince1970: 1_795_477_912))
    private let task = TaskID()

    private func manifest(instances count: Int = 2, series: Int = 1, studies: Int = 1) -> DeliveryManifest {
        let prefix = BucketLayout.prefix(of: id)
        return DeliveryManifest(
            deliveryId: id, task: task, callingAETitle: "CT1", calledAETitle: "STORESCP", peer: "127.0.0.1",
            openedAt: Date(timeIntervalSince1970: 1_795_477_912),
            closedAt: Date(timeIntervalSince1970: 1_795_477_972), closeReason: .quiet,
            studies: (0..<studies).map { study in
                DeliveryManifest.Study(
                    studyInstanceUID: "1.2.\(3 + study)", studyDate: "20261123",
                    instances: (0..<count).map { index in
                        DeliveryManifest.Instance(
                            key: "\(prefix)1.2.\(3 + study)/1/\(index).dcm", size: 100, checksumCRC32: "AAAAAA==",
                            sopClassUID: "1.2.840.10008.5.1.4.1.1.2", sopInstanceUID: "1.2.3.\(index)",
                            seriesInstanceUID: "1.2.3.\(index % series)", transferSyntaxUID: "1.2.840.10008.1.2.1")
                    })
            })
    }

    @Test("A manifest is read as it was written")
    func roundTrip() throws {
        let written = try PipelineJSON.encode(manifest())
        #expect(try PipelineJSON.decode(DeliveryManifest.self, from: written) == manifest())
        #expect(String(decoding: written, as: UTF8.self).contains(#""openedAt":"2026-11-23T23:51:52Z""#))
    }

    @Test("A manifest that names a data store has a version that earlier releases reject, and survives a round trip")
    func datastore() throws {
        var routed = manifest()
        #expect(routed.version == 2)
        routed.datastoreId = String(repeating: "a", count: 32)
        #expect(routed.problem(expecting: id)?.contains("version is 2, expected 3") == true)
        routed.version = 3
        routed.route = "research"
        #expect(routed.problem(expecting: id) == nil)
        let written = try PipelineJSON.encode(routed)
        #expect(try PipelineJSON.decode(DeliveryManifest.self, from: written) == routed)
        let request = ImportRequest(routed, of: ImportID(id), bucket: "dicom", outputRoot: "s3://output/")
        #expect(request.datastoreId == routed.datastoreId)
        #expect(try PipelineJSON.decode(ImportRequest.self, from: try PipelineJSON.encode(request)) == request)
        routed.datastoreId = nil
        #expect(routed.problem(expecting: id)?.contains("version is 3, expected 2") == true)
    }

    @Test("A marker that names a data store gives it to the manifest of the recovered delivery")
    func recovered() throws {
        let store = String(repeating: "a", count: 32)
        let open = OpenDelivery(
            deliveryId: id, task: task, studies: [], callingAETitle: "CT1", calledAETitle: "STORESCP",
            peer: "127.0.0.1", route: "research", datastoreId: store, openedAt: Date(timeIntervalSince1970: 0))
        #expect(open.version == 3 && open.problem(expecting: id) == nil)
        let manifest = open.manifest(closedAt: Date(timeIntervalSince1970: 1), of: ListedInstances())
        #expect((manifest.datastoreId, manifest.route, manifest.version) == (store, "research", 3))
    }

    @Test("A valid manifest has no problem")
    func valid() {
        #expect(manifest().problem(expecting: id) == nil)
    }

    @Test("The problem of a manifest that cannot be imported says what was expected")
    func problems() {
        var other = manifest()
        other.version = 1
        #expect(other.problem(expecting: id)?.contains("version is 1, expected 2") == true)

        #expect(manifest().problem(expecting: DeliveryID(openedAt: Date()))?.contains("expected") == true)

        other = manifest()
        other.prefix = "2026/"
        #expect(other.problem(expecting: id)?.contains("prefix is not the delivery's, expected 2026/11/23/") == true)

        #expect(manifest(instances: 0).problem(expecting: id)?.contains("0 instances, expected 1 to 5000") == true)
        #expect(manifest(instances: 5001).problem(expecting: id)?.contains("5001 instances") == true)

        other = manifest()
        other.studies[0].instances[1].key = "2026/11/23/stranger.dcm"
        #expect(other.problem(expecting: id)?.contains("outside its study's folder") == true)

        other = manifest()
        other.studies[0].instances[1].key = other.studies[0].instances[0].key
        #expect(other.problem(expecting: id)?.contains("twice") == true)

        other = manifest()
        other.studies[0].instances[0].size = 10_000_000_000
        #expect(other.problem(expecting: id)?.contains("expected at most 10000000000") == true)
    }

    @Test("A manifest lists each study once, with instances below the folder of the study")
    func studies() {
        #expect(manifest(studies: 3).problem(expecting: id) == nil)
        #expect(manifest(instances: 1, studies: 1_000).problem(expecting: id) == nil)
        #expect(manifest(instances: 1, studies: 1_001).problem(expecting: id)?.contains("1001 studies") == true)

        var other = manifest(studies: 2)
        other.studies[1] = other.studies[0]
        #expect(other.problem(expecting: id)?.contains("a study twice") == true)

        other = manifest(studies: 2)
        other.studies[1].instances = []
        #expect(other.problem(expecting: id)?.contains("without an instance") == true)

        other = manifest(studies: 2)
        other.studies[1].instances = other.studies[0].instances
        #expect(other.problem(expecting: id)?.contains("outside its study's folder") == true)
    }

    @Test("A study is removed from a manifest with the last of its instances")
    func removing() {
        var manifest = manifest(studies: 2)
        manifest.removeInstances { $0.key.contains("/1.2.3/") }
        #expect(manifest.studies.map(\.studyInstanceUID) == ["1.2.4"])
        #expect(manifest.instances.count == 2)
    }

    @Test("An import of several studies names neither a study nor a series")
    func severalStudies() {
        let request = ImportRequest(
            manifest(studies: 2), of: ImportID(id), bucket: "dicom", outputRoot: "s3://output/")
        #expect(request.studyInstanceUID == nil && request.studyDate == nil && request.seriesInstanceUID == nil)
        #expect((request.studyCount, request.instanceCount) == (2, 4))
    }

    @Test("A recovered manifest has the studies that the listed keys name, with the dates that the marker knows")
    func listed() throws {
        let marker = OpenDelivery(
            deliveryId: id, task: task, studies: [.init(studyInstanceUID: "1.2", studyDate: "20261123")],
            callingAETitle: "CT1", calledAETitle: "STORESCP", peer: "127.0.0.1", openedAt: Date())
        let keys = [("1.2.3", "1"), ("1.2", "2"), ("1.2.3", "3")].map {
            BucketLayout.instanceKey(id, study: $0.0, series: "1", instance: $0.1)
        }
        var listed = ListedInstances()
        for (seconds, key) in zip([1.0, 3, 2], keys) {
            listed.add(key: key, size: 1, lastModified: Date(timeIntervalSince1970: seconds), in: id)
        }
        listed.add(key: "strange", size: 1, lastModified: Date(timeIntervalSince1970: 4), in: id)
        let manifest = marker.manifest(closedAt: Date(), of: listed)
        #expect(manifest.lastInstanceAt == Date(timeIntervalSince1970: 3))
        #expect(manifest.studies.map(\.studyInstanceUID) == ["1.2", "1.2.3"])
        #expect(manifest.studies.map(\.studyDate) == ["20261123", nil])
        #expect(manifest.studies.map { $0.instances.map(\.sopInstanceUID) } == [["2"], ["1", "3"]])
        #expect(manifest.problem(expecting: id) == nil)
    }

    @Test(
        "An import names the series and the instance if the delivery has only one",
        arguments: [(1, 1, "1.2.3.0", "1.2.3.0"), (2, 1, "1.2.3.0", nil), (2, 2, nil, nil)]
            as [(Int, Int, String?, String?)])
    func request(instances: Int, series: Int, seriesUID: String?, instanceUID: String?) {
        let request = ImportRequest(
            manifest(instances: instances, series: series), of: ImportID(id), bucket: "dicom",
            outputRoot: "s3://output/")
        #expect(request.seriesInstanceUID == seriesUID)
        #expect(request.sopInstanceUID == instanceUID)
        #expect(request.inputS3Uri == "s3://dicom/\(BucketLayout.prefix(of: id))")
        #expect(request.outputS3Uri == "s3://output/\(id)/")
        #expect(request.instanceCount == instances)
    }

    @Test("Each attempt and each redrive has a client token of its own")
    func tokens() {
        var request = ImportRequest(manifest(), of: ImportID(id), bucket: "dicom", outputRoot: "s3://output/")
        #expect(request.clientToken(attempt: 1) == "\(id)")
        #expect(request.clientToken(attempt: 4) == "\(id)-4")
        request.redrive = "20261124T155319"
        #expect(request.clientToken(attempt: 1) == "\(id)-20261124T155319")
        #expect(request.clientToken(attempt: 4).utf8.count <= 64)
        request.importId = ImportID(id, number: 99)
        request.redrive = String(repeating: "9", count: 18)
        #expect(request.clientToken(attempt: 4).utf8.count == 64)
    }

    @Test("The key of an instance tells its UIDs")
    func keys() {
        let key = BucketLayout.instanceKey(id, study: "1.2", series: "1.3", instance: "1.4")
        #expect(
            BucketLayout.instance(ofKey: key, in: id).map { [$0.study, $0.series, $0.instance] } == [
                "1.2", "1.3", "1.4",
            ])
        let strange = BucketLayout.instanceKey(id, study: "1.2", series: "1.3", instance: "Doe^John")
        #expect(BucketLayout.instance(ofKey: strange, in: id) == nil)
        #expect(BucketLayout.instance(ofKey: key + "x", in: id) == nil)
        #expect(BucketLayout.instance(ofKey: BucketLayout.prefix(of: id) + "1.4.dcm", in: id) == nil)
        #expect(BucketLayout.instance(ofKey: key, in: DeliveryID(openedAt: Date())) == nil)
        let marker = BucketLayout.openMarkerKey(of: id, task: task)
        #expect(marker == "open/\(task)/\(id)")
        #expect(BucketLayout.openMarker(ofKey: marker).map { $0.task == task && $0.delivery == id } == true)
        #expect(BucketLayout.openMarker(ofKey: "open/\(id)") == nil)
        #expect(BucketLayout.openMarker(ofKey: marker + "/") == nil)
        #expect(BucketLayout.delivery(ofAuditKey: BucketLayout.auditKey(of: id)) == id)
        #expect(BucketLayout.task(ofLeaseKey: BucketLayout.taskLeaseKey(of: task)) == task)
        #expect(BucketLayout.task(ofLeaseKey: "tasks/0123456789ABCDEF") == nil)
        #expect(BucketLayout.task(ofLeaseKey: "tasks/0123456789abcdef/x") == nil)
    }
}
