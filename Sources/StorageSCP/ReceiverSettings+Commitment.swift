// SPDX-License-Identifier: Apache-2.0

extension ReceiverSettings {
    /// Storage commitment.
    static let commitments: [SettingDescription] = [
        commitment.description, commitmentTable.description, instanceTable.description, datastoreID.description,
        allowedDatastoreIDs.description,
        commitmentPeers.description, commitmentTLSCertificate.description, commitmentTLSPrivateKey.description,
        commitmentTLSAuthorities.description, commitmentDeadlineSeconds.description,
        commitmentUnknownSeconds.description, commitmentReportDays.description,
    ]

    static let commitmentSection = SettingDescription.Section("Storage commitment", "#storage-commitment")

    static let commitment = Setting(
        "COMMITMENT", default: CommitmentConfiguration.Mode.imported,
        """
        What storage commitment means. `imported`: HealthImaging has imported the instance. `stored`: the instance is \
        in the bucket and its delivery is closed, or with a folder the file is on the disk. `off`: the presentation \
        context is refused.
        """,
        see: commitmentSection)
    static let commitmentTable = Setting<String?>(
        "COMMITMENT_TABLE_NAME",
        "The DynamoDB table of open requests for storage commitment. Without it, a receiver with a bucket refuses them."
    )
    static let instanceTable = Setting<String?>(
        "INSTANCE_TABLE_NAME", "The instance index, a DynamoDB table, in which it looks for the instances.")
    static let datastoreID = Setting<String?>(
        "DATASTORE_ID", "The HealthImaging data store in whose rows of the instance index it looks.")
    static let allowedDatastoreIDs = Setting<String?>(
        "ALLOWED_DATASTORE_IDS", "Further data stores in whose rows it looks, separated by commas: those of routes.")
    static let commitmentPeers = Setting<String?>(
        "COMMITMENT_PEERS", defaultText: "no peers",
        """
        JSON, or the path of a file that holds it: the addresses of peers for reports. A peer without an address gets \
        its reports only on associations that it opens.
        """,
        see: commitmentSection)
    static let commitmentTLSCertificate = Setting<String?>(
        "COMMITMENT_TLS_CERTIFICATE", defaultText: "`TLS_CERTIFICATE`",
        "Our own certificate on associations that we open, with its chain. A PEM file or the PEM text.")
    static let commitmentTLSPrivateKey = Setting<String?>(
        "COMMITMENT_TLS_PRIVATE_KEY", defaultText: "`TLS_PRIVATE_KEY`",
        "The key of `COMMITMENT_TLS_CERTIFICATE`, as a PEM file or text, without a passphrase.")
    static let commitmentTLSAuthorities = Setting<String?>(
        "COMMITMENT_TLS_CA_CERTIFICATES", defaultText: "the system's",
        "The authorities of the peers' certificates, as a PEM file or text.")
    static let commitmentDeadlineSeconds = Setting(
        "COMMITMENT_DEADLINE_SECONDS", default: 86_400, in: 1...CommitmentConfiguration.maximumDeadline,
        """
        Seconds after which a request is answered in any case: instances whose import is not finished are reported as \
        not committed (0110H).
        """)
    static let commitmentUnknownSeconds = Setting<Int?>(
        "COMMITMENT_UNKNOWN_SECONDS", in: 0...CommitmentConfiguration.maximumDeadline,
        defaultText: """
            `DELIVERY_MAXIMUM_AGE_SECONDS` + 3 × `TASK_LEASE_SECONDS` + \(CommitmentConfiguration.recoverySeconds); \
            with a folder \(CommitmentConfiguration.unknownSecondsOfFolder)
            """,
        "Seconds after which an instance of which nothing is known is reported as not committed (0112H).")
    static let commitmentReportDays = Setting(
        "COMMITMENT_REPORT_DAYS", default: 7, in: 1...CommitmentConfiguration.maximumReportDays,
        "Days for which a report is tried that the peer does not take.")

    static let commitmentMaximumReferences = Setting(
        "COMMITMENT_MAXIMUM_REFERENCES", default: CommitmentConfiguration.references,
        in: 1...CommitmentConfiguration.maximumReferences, "Instances in one request for storage commitment.",
        beyond: "0213H")
    static let commitmentMaximumOpen = Setting(
        "COMMITMENT_MAXIMUM_OPEN", default: CommitmentConfiguration.open, in: 1...1_000_000,
        "Requests for storage commitment that are not reported yet.", beyond: "0213H")
    static let commitmentMaximumOpenPerTitle = Setting(
        "COMMITMENT_MAXIMUM_OPEN_PER_TITLE", default: CommitmentConfiguration.openPerTitle, in: 1...1_000_000,
        "The same for one calling AE title.", beyond: "0213H")
}
