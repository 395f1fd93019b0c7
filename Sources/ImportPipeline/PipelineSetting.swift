// SPDX-License-Identifier: Apache-2.0

/// A function of the pipeline, under the name of its executable.
package enum PipelineFunction: String, CaseIterable, Sendable {
    case triggerImport = "TriggerImport"
    case startImportJob = "StartImportJob"
    case checkStatus = "CheckStatus"

    /// The environment variables that it reads.
    package var settings: [PipelineSetting] {
        PipelineSetting.allCases.filter { $0.functions.contains(self) }
    }
}

/// An environment variable of the functions. Its default is the one that the functions apply.
package enum PipelineSetting: String, CaseIterable, Sendable {
    case tableName = "TABLE_NAME"
    case instanceTableName = "INSTANCE_TABLE_NAME"
    case stateMachineARN = "STATE_MACHINE_ARN"
    case bucket = "DICOM_BUCKET"
    case outputURI = "OUTPUT_S3_URI"
    case datastoreID = "DATASTORE_ID"
    case allowedDatastoreIDs = "ALLOWED_DATASTORE_IDS"
    case dataAccessRoleARN = "DATA_ACCESS_ROLE_ARN"
    case startQueueURL = "START_QUEUE_URL"
    case eventBusName = "EVENT_BUS_NAME"
    case studyTableName = "STUDY_TABLE_NAME"
    case studyQuietMinutes = "STUDY_QUIET_MINUTES"
    case pollSeconds = "POLL_SECONDS"
    case inboxTaken = "INBOX_TAKEN"
    case auditAfterSeconds = "AUDIT_AFTER_SECONDS"
    case tagImported = "TAG_IMPORTED"
    case tagWarned = "TAG_WARNED"
    case metricsNamespace = "METRICS_NAMESPACE"
    case metricsService = "METRICS_SERVICE"
    case metricsRoutes = "METRICS_ROUTES"

    package var name: String { rawValue }

    package var functions: Set<PipelineFunction> {
        switch self {
        case .tableName, .datastoreID, .metricsNamespace, .metricsService: Set(PipelineFunction.allCases)
        case .instanceTableName, .eventBusName, .studyTableName: [.triggerImport, .checkStatus]
        case .allowedDatastoreIDs: [.triggerImport, .startImportJob]
        case .pollSeconds: [.startImportJob, .checkStatus]
        case .stateMachineARN, .bucket, .outputURI, .inboxTaken, .auditAfterSeconds, .studyQuietMinutes:
            [.triggerImport]
        case .dataAccessRoleARN, .startQueueURL: [.startImportJob]
        case .tagImported, .tagWarned, .metricsRoutes: [.checkStatus]
        }
    }

    /// `nil`: it must be given, or `purpose` says what holds without it.
    package var defaultValue: String? {
        switch self {
        case .inboxTaken: "delete"
        case .auditAfterSeconds: "\(DeliveryAge.secondLook)"
        case .studyQuietMinutes: "0"
        case .metricsService: "local"
        default: nil
        }
    }

    package var purpose: String {
        switch self {
        case .tableName: "the import job table"
        case .instanceTableName: "the instance index; without it nothing is written there"
        case .stateMachineARN: "the state machine; each import is one execution of it"
        case .bucket: "the only bucket whose objects are imported"
        case .outputURI: "s3://bucket/ or s3://bucket/prefix/, below which each delivery's results go"
        case .datastoreID:
            """
            the HealthImaging data store of deliveries that name none; TriggerImport needs it with INSTANCE_TABLE_NAME or \
            STUDY_TABLE_NAME only
            """
        case .allowedDatastoreIDs:
            "further data stores that deliveries may name, separated by commas; a delivery for any other is rejected"
        case .dataAccessRoleARN: "the role that HealthImaging assumes to read and write the buckets"
        case .startQueueURL: "the queue whose messages StartImportJob receives"
        case .eventBusName:
            "the name of the EventBridge bus that is told the last word on each delivery; without it nothing is told"
        case .studyTableName:
            "the table of studies; without it nobody knows whether other deliveries of a study came before"
        case .studyQuietMinutes:
            """
            minutes without a new delivery of a study after which, if all its deliveries have their last word, the event \
            Study Settled is sent; 0: it is never sent; at most \(DocumentLimits.studyQuietMinutes.upperBound)
            """
        case .pollSeconds:
            """
            seconds from a job's start to the first look while no job has ended yet; waits before a failed job is started \
            again are multiples of it; \(DocumentLimits.pollSeconds.lowerBound) to \(DocumentLimits.pollSeconds.upperBound)
            """
        case .inboxTaken:
            "delete or move: what happens to an object of inbox/ when its import has started; move: to taken/{deliveryId}/"
        case .auditAfterSeconds: "age at which the sweep looks at an audit again; the template does not set it"
        case .tagImported: "true: imported objects are tagged, so that the lifecycle rule may let them expire"
        case .tagWarned: "true: objects that HealthImaging imported with a warning are tagged too"
        case .metricsNamespace: "the CloudWatch namespace of the metrics; without it no metrics are written"
        case .metricsService: "the value of the metrics' dimension Service"
        case .metricsRoutes:
            """
            names of routes, separated by commas, at most \(CountedRoutes.maximum): their imports are counted by route \
            too, those of all other routes together
            """
        }
    }
}
