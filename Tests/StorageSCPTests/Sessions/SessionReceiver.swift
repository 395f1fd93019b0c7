// SPDX-License-Identifier: Apache-2.0

import Commitment
import DICOM
import DICOMNetwork
import Eventually
import Foundation
import Logging
import NIOCore
import Testing

@testable import StorageSCP

/// The receiver of one session: its own folder, its own port.
struct SessionReceiver {
    let port: Int
    private let server: Server
    private let folder: URL
    private let associations: OpenAssociations
    private let service: StorageService
    private let memory: Int

    static func start(
        settings: [String: String], commitments: (any CommitmentService)? = nil,
        commitmentLimits: CommitmentRequestLimits = CommitmentRequestLimits()
    ) async throws -> SessionReceiver {
        let folder = FileManager.default.temporaryDirectory.appending(path: "session-\(UUID().uuidString)")
        let own = [
            "STORAGE_DIRECTORY": folder.path, "IMPORT_UNIT": "instance", "SCP_ADDRESS": "127.0.0.1", "SCP_PORT": "0",
        ]
        let configuration = try Configuration(environment: own.merging(settings) { $1 })
        let logger = Logger(label: "session") { _ in SwiftLogNoOpLogHandler() }
        let store = try FolderInstanceStore(directory: folder.path)
        let associations = OpenAssociations(limits: configuration.network.associations)
        let service = StorageService(
            configuration: configuration, store: store,
            deliveries: Deliveries(
                store: store, limits: configuration.delivery,
                lease: HeldLease(store: store, seconds: 60, logger: logger),
                associations: associations, logger: logger),
            associations: associations, uploads: UploadsInProgress(), commitments: commitments,
            commitmentLimits: commitmentLimits, logger: logger)
        let server = try await Server.start(configuration: configuration, service: service, logger: logger)
        return SessionReceiver(
            port: try #require(server.port), server: server, folder: folder, associations: associations,
            service: service, memory: configuration.network.maximumBufferBytes)
    }

    /// Waits until no association is counted and no memory is held.
    func waitUntilIdle() async throws {
        await eventually("no association is counted and no memory is held", within: .seconds(60)) {
            associations.count == 0 && service.budget.available >= memory
        }
    }

    /// The data sets of all stored files. Each must be a complete Part 10 file.
    func storedDataSets() throws -> [[UInt8]] {
        guard let entries = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
        else { return [] }
        let files = entries.compactMap { $0 as? URL }
            .filter {
                $0.pathExtension == "dcm"
                    && (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true
            }
            // The names of their folders are random.
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        return try files.map { file in
            let bytes = [UInt8](try Data(contentsOf: file))
            // The first element of group 0002 has the length of the group. The data set may begin with the same group.
            let length = bytes[140..<144].reversed().reduce(0) { $0 << 8 | Int($1) }
            return Array(bytes[(144 + length)...])
        }
    }

    func stop() async {
        await server.drain(releaseGrace: .zero, deadline: .zero)
        await server.stop()
        try? FileManager.default.removeItem(at: folder)
    }
}
