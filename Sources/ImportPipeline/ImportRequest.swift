// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// The input of an execution of the state machine: one delivery to be imported by one job.
package struct ImportRequest: Codable, Sendable, Equatable {
    package var deliveryId: DeliveryID
    /// The name of the execution, unless it is a redrive.
    package var importId: ImportID
    /// The manifest that lists the instances; `nil` if the UIDs below name the only instance.
    package var manifestKey: String?
    /// Ends in `/`: HealthImaging imports every object whose key begins with it. It is the prefix of the delivery, or
    /// the folder of one of its studies if only that study is imported again.
    package var inputS3Uri: String
    package var outputS3Uri: String
    /// The data store; `nil`: the pipeline's default, which the state machine fills in.
    package var datastoreId: String?
    /// From the manifest, as are the next four; `nil` for an object of the inbox, which has only the times.
    package var route: String?
    package var callingAETitle: String?
    package var calledAETitle: String?
    /// When the first and the last instance arrived, as a timestamp: `2026-11-23T23:51:52Z`.
    package var firstInstanceAt: String?
    package var lastInstanceAt: String?
    /// Set if the delivery has one study only, as is the date.
    package var studyInstanceUID: String?
    package var studyDate: String?
    /// Set if the delivery has one series only.
    package var seriesInstanceUID: String?
    /// Set if the delivery has one instance only.
    package var sopInstanceUID: String?
    /// Set for an object of the inbox. For any other delivery the manifest lists the SOP classes.
    package var sopClassUID: String?
    package var studyCount: Int
    package var instanceCount: Int
    /// See `DeliveryManifest`.
    package var repeats: DeliveryID?
    /// Set if an import is started again by hand: a different text each time.
    package var redrive: String?

    package init(
        importId: ImportID, manifestKey: String? = nil, inputS3Uri: String, outputS3Uri: String,
        studyInstanceUID: String?, studyDate: String?, seriesInstanceUID: String?, sopInstanceUID: String?,
        studyCount: Int = 1, instanceCount: Int
    ) {
        deliveryId = importId.delivery
        self.importId = importId
        self.manifestKey = manifestKey
        self.inputS3Uri = inputS3Uri
        self.outputS3Uri = outputS3Uri
        self.studyInstanceUID = studyInstanceUID
        self.studyDate = studyDate
        self.seriesInstanceUID = seriesInstanceUID
        self.sopInstanceUID = sopInstanceUID
        self.studyCount = studyCount
        self.instanceCount = instanceCount
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        deliveryId = try container.decode(DeliveryID.self, forKey: .deliveryId)
        importId = try container.decode(ImportID.self, forKey: .importId)
        manifestKey = try container.textIfPresent(.objectKey, .manifestKey)
        inputS3Uri = try container.text(.s3URI, .inputS3Uri)
        outputS3Uri = try container.text(.s3URI, .outputS3Uri)
        datastoreId = try container.textIfPresent(.datastoreID, .datastoreId)
        route = try container.textIfPresent(.route, .route)
        callingAETitle = try container.textIfPresent(.aeTitle, .callingAETitle)
        calledAETitle = try container.textIfPresent(.aeTitle, .calledAETitle)
        firstInstanceAt = try container.textIfPresent(.timestamp, .firstInstanceAt)
        lastInstanceAt = try container.textIfPresent(.timestamp, .lastInstanceAt)
        // A receiver has checked the UIDs that it lists. An object of the inbox may have malformed ones.
        let uid = manifestKey == nil ? TextRule.uidInKeys : .uid
        studyCount = try container.integer(in: 1...DeliveryManifest.maximumStudies, .studyCount)
        studyInstanceUID = try container.textIfPresent(uid, .studyInstanceUID)
        studyDate = try container.textIfPresent(.studyDate, .studyDate)
        seriesInstanceUID = try container.textIfPresent(uid, .seriesInstanceUID)
        sopInstanceUID = try container.textIfPresent(uid, .sopInstanceUID)
        sopClassUID = try container.textIfPresent(uid, .sopClassUID)
        instanceCount = try container.integer(in: 1...HealthImagingLimits.maximumInstances, .instanceCount)
        repeats = try container.decodeIfPresent(DeliveryID.self, forKey: .repeats)
        redrive = try container.textIfPresent(.redrive, .redrive)
        guard (studyInstanceUID == nil) == (studyCount > 1) else {
            throw container.error(
                at: .studyInstanceUID, expected: "a UID where studyCount is 1, and none where it is more")
        }
        guard importId.delivery == deliveryId else {
            throw container.error(at: .importId, expected: "an import of the delivery that deliveryId names")
        }
        guard manifestKey.map({ ByteText($0) == ByteText(BucketLayout.manifestKey(of: importId)) }) ?? true else {
            throw container.error(at: .manifestKey, expected: "the manifest of the import that importId names")
        }
        let prefix = BucketLayout.prefix(of: deliveryId)
        let prefixes = [prefix] + (studyInstanceUID.map { [BucketLayout.studyFolder(prefix: prefix, study: $0)] } ?? [])
        guard prefixes.map({ ByteText($0) }).contains(try ByteText(S3URI(inputS3Uri).key)) else {
            throw container.error(
                at: .inputS3Uri,
                expected: "the prefix of the delivery that deliveryId names, or its study's folder there")
        }
    }

    /// `outputRoot` is an S3 URI that ends in `/`. The results of each import get a folder of their own below it.
    package init(_ manifest: DeliveryManifest, of id: ImportID, bucket: String, outputRoot: String) {
        let instances = manifest.instances
        let study = manifest.studies.count == 1 ? manifest.studies.first : nil
        let series = Set(instances.map(\.seriesInstanceUID))
        self.init(
            importId: id, manifestKey: BucketLayout.manifestKey(of: id),
            inputS3Uri: "s3://\(bucket)/\(manifest.prefix)", outputS3Uri: "\(outputRoot)\(id)/",
            studyInstanceUID: study?.studyInstanceUID, studyDate: study?.studyDate,
            seriesInstanceUID: study != nil && series.count == 1 ? series.first : nil,
            sopInstanceUID: instances.count == 1 ? instances.first?.sopInstanceUID : nil,
            studyCount: manifest.studies.count, instanceCount: instances.count)
        repeats = manifest.repeats
        datastoreId = manifest.datastoreId
        route = manifest.route
        callingAETitle = manifest.callingAETitle
        calledAETitle = manifest.calledAETitle
        firstInstanceAt = PipelineJSON.timestamp(manifest.openedAt)
        lastInstanceAt = PipelineJSON.timestamp(manifest.lastInstanceAt ?? manifest.closedAt)
    }

    /// The same token for the same attempt, and a different one for each attempt: HealthImaging starts one job for each
    /// token.
    package func clientToken(attempt: Int) -> String {
        [importId.description, redrive, attempt > 1 ? String(attempt) : nil].compactMap { $0 }.joined(separator: "-")
    }
}
