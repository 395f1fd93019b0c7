// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Logging
import NIOSSL
import Synchronization

/// The certificate for new connections: the one loaded last. Open connections keep theirs.
final class TLSContexts: Sendable {
    private struct State {
        var credentials: TLSCredentials
        /// The files that the credentials were loaded from.
        var loaded: [FileFingerprint?]
        /// The files that could not be used last: each of their states is logged once.
        var refused: [FileFingerprint?]?
    }

    private let settings: TLSSettings
    private let logger: Logger
    private let state: Mutex<State>

    init(_ settings: TLSSettings, logger: Logger) throws(TLSLoadingError) {
        self.settings = settings
        self.logger = logger
        // Taken before the files are read: a change in between is noticed by the next check.
        let fingerprints = settings.sources.map(\.fingerprint)
        state = Mutex(State(credentials: try TLSCredentials(loading: settings), loaded: fingerprints))
    }

    var current: NIOSSLContext { state.withLock { $0.credentials.context } }

    /// When our own certificate expires.
    var notAfter: String { Self.format(state.withLock { $0.credentials.notAfter }) }

    /// Checks the files and reloads them if one has changed. If they cannot be used, the previous certificate stays in
    /// use, and each check tries again: certificate and key are rarely replaced at the same moment.
    func reloadIfChanged() {
        let found = settings.sources.map(\.fingerprint)
        guard state.withLock({ $0.loaded }) != found else { return }
        do {
            let credentials = try TLSCredentials(loading: settings)
            state.withLock { $0 = State(credentials: credentials, loaded: found) }
            logger.info(
                "TLS certificate reloaded",
                metadata: [
                    "certificate": "\(settings.certificate.place)", "notAfter": "\(Self.format(credentials.notAfter))",
                ])
        } catch {
            let isNew = state.withLock { state in
                defer { state.refused = found }
                return state.refused != found
            }
            guard isNew else { return }
            logger.error("TLS certificate cannot be loaded, the previous one stays in use", error: error)
        }
    }

    /// Runs until its task is cancelled.
    func keepCurrent(clock: any Clock<Duration> = ContinuousClock()) async {
        while (try? await clock.sleep(for: .seconds(settings.reloadSeconds))) != nil { reloadIfChanged() }
    }

    static func format(_ seconds: Int) -> String {
        Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    }
}
