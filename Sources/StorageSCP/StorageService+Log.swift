// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Logging

/// Log lines about single requests and instances. Each association gets at most `maximumLines` of them, so that a
/// hostile sender, or one whose every instance is refused, cannot fill the log.
extension StorageService {
    static let maximumLines = 100

    func requestRefused(_ refusal: RequestRefusal, on association: Association) {
        log(
            refusal.commandField == .cStoreRQ ? "instance refused" : "request refused", at: .warning, of: association,
            metadata: refusal.metadata)
    }

    func log(
        _ message: Logger.Message, at level: Logger.Level, error: (any Error)? = nil, of association: Association,
        metadata: Logger.Metadata
    ) {
        guard associations.countLine(association.id) <= Self.maximumLines else { return }
        logger.log(
            level: level, message, error: error,
            metadata: metadata.merging(["association": "\(association.id)"]) { $1 })
    }

    /// Returns `nil` when all lines were written.
    func linesNotWritten(of association: Association) -> Int? {
        let lines = associations.lines(of: association.id)
        return lines > Self.maximumLines ? lines - Self.maximumLines : nil
    }
}

extension Logger.Metadata {
    func naming(_ request: CStoreRequest) -> Self {
        merging(["sopInstanceUID": "\(request.affectedSOPInstanceUID)"]) { $1 }
    }
}

extension RequestRefusal {
    fileprivate var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "commandField": "\(commandField)", "status": "\(status)", "reason": "\(reason)",
        ]
        metadata["sopClassUID"] = affectedSOPClassUID.map { "\($0)" }
        metadata["sopInstanceUID"] = affectedSOPInstanceUID.map { "\($0)" }
        return metadata
    }
}

extension AssociationSummary {
    var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "association": "\(id)", "peer": "\(peer?.ipAddress ?? "unknown")", "callingAE": "\(callingAETitle ?? "")",
            "calledAE": "\(calledAETitle ?? "")", "end": "\(end)", "instancesStored": "\(instancesStored)",
            "instancesFailed": "\(instancesFailed)", "bytes": "\(bytes)",
            "milliseconds": "\(duration.nanoseconds / 1_000_000)",
        ]
        if !failures.isEmpty {
            let counts = failures.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key): \($0.value)" }
            metadata["failures"] = "\(counts.joined(separator: ", "))"
        }
        if actions > 0 { metadata["commitmentsTaken"] = "\(actions)" }
        if notifications > 0 { metadata["reportsAnswered"] = "\(notifications)" }
        if let implementation = association?.implementationVersionName {
            metadata["implementation"] = "\(implementation)"
        }
        metadata["refusedContexts"] = refusedStorageContexts.metadata
        return metadata
    }
}
