// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import Commitment
import ImportPipeline

/// The settings of storage commitment.
struct CommitmentConfiguration: Sendable {
    enum Mode: String, CaseIterable, Sendable {
        case imported
        case stored
        case off
    }

    /// Where transactions are kept and instances are looked up.
    enum Place: Sendable, Equatable {
        /// The context is refused because of `COMMITMENT=off`.
        case none
        /// The context is refused, although `COMMITMENT` is not `off`. The text says what to do.
        case missing(remedy: String)
        case tables(commitments: String, instances: String, datastoreIDs: [String])
        case folder
    }

    static let maximumDeadline = 604_800
    static let maximumReportDays = 14
    /// A sweep runs every five minutes, and looks twice at a delivery of an ended task.
    static let recoverySeconds = 720
    /// A file is there before its C-STORE is answered.
    static let unknownSecondsOfFolder = 60
    static let references = 50_000
    /// The documents of more references would be larger than a document may be.
    static let maximumReferences = 100_000
    static let open = 10_000
    static let openPerTitle = 2_000

    let mode: Mode
    let place: Place
    /// By AE title.
    let peers: [String: CommitmentPeer]
    let tls: CommitmentTLS
    let deadlineSeconds: Int
    let unknownSeconds: Int
    let limits: CommitmentLimits

    /// Whether the presentation context is accepted.
    var isAvailable: Bool {
        switch place {
        case .tables, .folder: true
        case .none, .missing: false
        }
    }

    init(
        _ settings: Settings, storage: Configuration.Storage, receiverTLS: TLSSettings?, taskLeaseSeconds: Int,
        maximumDeliveryAge: Int
    ) throws(ConfigurationError) {
        mode = try settings.choice(ReceiverSettings.commitment)
        place = try Self.place(settings, mode: mode, storage: storage)
        let entries = try settings.json(ReceiverSettings.commitmentPeers, as: [CommitmentPeer].self) ?? []
        peers = Dictionary(entries.map { ($0.aeTitle, $0) }) { first, _ in first }
        guard peers.count == entries.count else {
            throw ConfigurationError(
                name: ReceiverSettings.commitmentPeers.name, value: "…", expected: "one entry for each AE title")
        }
        tls = try CommitmentTLS(settings, receiver: receiverTLS)
        deadlineSeconds = try settings.integer(ReceiverSettings.commitmentDeadlineSeconds)
        let ofStorage =
            switch storage {
            case .bucket: maximumDeliveryAge + 3 * taskLeaseSeconds + Self.recoverySeconds
            case .directory: Self.unknownSecondsOfFolder
            }
        unknownSeconds = try settings.integer(ReceiverSettings.commitmentUnknownSeconds) ?? ofStorage
        var limits = CommitmentLimits(
            reports: .seconds(86_400 * (try settings.integer(ReceiverSettings.commitmentReportDays))),
            lease: .seconds(taskLeaseSeconds))
        limits.maximumReferences = try settings.integer(ReceiverSettings.commitmentMaximumReferences)
        limits.maximumOpen = try settings.integer(ReceiverSettings.commitmentMaximumOpen)
        limits.maximumOpenPerTitle = try settings.integer(ReceiverSettings.commitmentMaximumOpenPerTitle)
        self.limits = limits
    }

    private static func place(
        _ settings: Settings, mode: Mode, storage: Configuration.Storage
    ) throws(ConfigurationError) -> Place {
        // Read first: a value that is not valid is an error even if it is not used.
        let commitments = try settings.table(ReceiverSettings.commitmentTable)
        let instances = try settings.table(ReceiverSettings.instanceTable)
        let datastoreIDs = try [ReceiverSettings.datastoreID, ReceiverSettings.allowedDatastoreIDs]
            .map { setting throws(ConfigurationError) in try settings.datastoreIDs(setting) }
        switch (storage, mode) {
        case (_, .off): return .none
        case (.directory, .stored): return .folder
        case (.directory, .imported):
            return .missing(remedy: "nothing is imported from a folder: set COMMITMENT=stored, or COMMITMENT=off")
        case (.bucket, _):
            guard let commitments, let instances, !datastoreIDs[0].isEmpty else {
                return .missing(
                    remedy: "set COMMITMENT_TABLE_NAME, INSTANCE_TABLE_NAME and DATASTORE_ID, or COMMITMENT=off")
            }
            return .tables(
                commitments: commitments, instances: instances, datastoreIDs: Set(datastoreIDs.joined()).sorted())
        }
    }
}

extension CommitmentConfiguration: CustomStringConvertible {
    /// What is committed, or why requests are refused and what to do.
    var description: String {
        if case .missing(let remedy) = place { "refused: \(remedy)" } else { mode.rawValue }
    }
}

extension Settings {
    fileprivate func table(_ setting: Setting<String?>) throws(ConfigurationError) -> String? {
        guard let text = text(setting) else { return nil }
        guard (3...255).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0.isLetterOrDigit || "_.-".utf8.contains($0) })
        else {
            throw ConfigurationError(
                name: setting.name, value: text, expected: "a table's name: 3 to 255 of a-z, A-Z, 0-9, _, . and -")
        }
        return text
    }

    fileprivate func datastoreIDs(_ setting: Setting<String?>) throws(ConfigurationError) -> Set<String> {
        let texts = list(setting)
        if let text = texts.sorted().first(where: { !TextRule.datastoreID.allows($0) }) {
            throw ConfigurationError(name: setting.name, value: text, expected: TextRule.datastoreID.expected)
        }
        return texts
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }
}
