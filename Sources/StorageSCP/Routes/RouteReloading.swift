// SPDX-License-Identifier: Apache-2.0

import AWS
import Logging
import Synchronization

/// Reads the routes again when their file or object has changed. If the new ones cannot be used, the previous ones stay
/// in force, and the log says why, once for each state of the file or object.
final class RouteReloading: Sendable {
    private enum Place: Sendable {
        case file(String)
        case object(RouteObject)
    }

    /// What changes when the routes are written again.
    private enum Version: Equatable, Sendable {
        case file(FileFingerprint?)
        case object(eTag: String)
    }

    private struct State {
        /// The version that is in force; `nil` before the first reading of an object.
        var loaded: Version?
        /// The version that could not be used last.
        var refused: Version?
        /// Whether the last look failed.
        var isHidden = false
    }

    private let place: Place
    private let description: String
    private let reloadSeconds: Int
    private let logger: Logger
    private let state: Mutex<State>

    /// `nil` if the routes never change: there are none, or the setting holds them. `s3` is called for an object.
    init?(_ settings: RouteSettings, s3: () throws -> S3Client, logger: Logger) rethrows {
        switch settings.source {
        case .setting, nil: return nil
        case .file(let path):
            place = .file(path)
            state = Mutex(State(loaded: .file(settings.fingerprint)))
        case .object(let uri):
            place = .object(RouteObject(uri: uri, s3: try s3()))
            state = Mutex(State())
        }
        description = settings.source?.description ?? ""
        reloadSeconds = settings.reloadSeconds
        self.logger = logger
    }

    /// The routes of an object, at the start of the receiver. Those of a file were read with the settings.
    func first() async throws -> RouteTable? {
        guard case .object = place else { return nil }
        let (version, read) = try await look()
        let table = try await read()
        state.withLock { $0.loaded = version }
        return table
    }

    /// Runs until its task is cancelled.
    func keepCurrent(_ routing: Routing, clock: any Clock<Duration> = ContinuousClock()) async {
        while (try? await clock.sleep(for: .seconds(reloadSeconds))) != nil { await reloadIfChanged(routing) }
    }

    func reloadIfChanged(_ routing: Routing) async {
        let found: (version: Version, read: @Sendable () async throws -> RouteTable)
        do {
            found = try await look()
            state.withLock { $0.isHidden = false }
        } catch {
            return tell("routes cannot be looked at, the previous ones stay in force", error) { state in
                defer { state.isHidden = true }
                return !state.isHidden
            }
        }
        guard state.withLock({ $0.loaded }) != found.version else { return }
        do {
            let table = try await found.read()
            routing.replace(with: table)
            state.withLock { $0 = State(loaded: found.version) }
            logger.notice(
                "routes replaced", metadata: ["routes": "\(description)", "count": "\(table.routes.count)"])
        } catch {
            tell("routes cannot be used, the previous ones stay in force", error) { state in
                defer { state.refused = found.version }
                return state.refused != found.version
            }
        }
    }

    // MARK: -

    private func tell(_ message: Logger.Message, _ error: any Error, if isNew: (inout State) -> Bool) {
        guard state.withLock({ isNew(&$0) }) else { return }
        logger.error(message, error: error, metadata: ["routes": "\(description)"])
    }

    /// The version is taken before the routes are read: a change in between is noticed by the next look.
    private func look() async throws -> (version: Version, read: @Sendable () async throws -> RouteTable) {
        switch place {
        case .file(let path): return (.file(FileFingerprint(path: path)), { try RouteTable(file: path) })
        case .object(let object):
            let eTag = try await object.eTag()
            return (.object(eTag: eTag), { try await object.table(eTag: eTag) })
        }
    }
}
