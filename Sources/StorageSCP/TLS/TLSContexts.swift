import FoundationEssentials
import Logging
import NIOSSL
import Synchronization

/// The certificate that new connections get: the one that was loaded last. Open connections keep theirs.
final class TLSContexts: Sendable {
    private struct State {
        var credentials: TLSCredentials
        /// Of the files that the credentials came from.
        var loaded: [FileFingerprint?]
        /// Of files that could not be used: each state of them is told once.
        var refused: [FileFingerprint?]?
    }

    private let settings: TLSSettings
    private let logger: Logger
    private let state: Mutex<State>

    init(_ settings: TLSSettings, logger: Logger) throws(TLSLoadingError) {
        self.settings = settings
        self.logger = logger
        // Before they are read: what changes meanwhile differs at the next look.
        let fingerprints = settings.sources.map(\.fingerprint)
        state = Mutex(State(credentials: try TLSCredentials(loading: settings), loaded: fingerprints))
    }

    var current: NIOSSLContext { state.withLock { $0.credentials.context } }

    /// When our own certificate ends.
    var notAfter: String { Self.format(state.withLock { $0.credentials.notAfter }) }

    /// Looks at the files and loads them anew if one has changed. What cannot be used leaves the old in place, and is
    /// tried again at each look: certificate and key are seldom replaced at the same moment.
    func reloadIfChanged() {
        let found = settings.sources.map(\.fingerprint)
        guard state.withLock({ $0.loaded }) != found else { return }
        do {
            let credentials = try TLSCredentials(loading: settings)
            state.withLock { $0 = State(credentials: credentials, loaded: found) }
            logger.info(
                "TLS certificate loaded anew",
                metadata: [
                    "certificate": "\(settings.certificate.place)", "notAfter": "\(Self.format(credentials.notAfter))",
                ])
        } catch {
            let isNew = state.withLock { state in
                defer { state.refused = found }
                return state.refused != found
            }
            guard isNew else { return }
            logger.error("TLS certificate cannot be loaded, the old one stays", error: error)
        }
    }

    /// Until its task is cancelled.
    func keepCurrent(clock: any Clock<Duration> = ContinuousClock()) async {
        while (try? await clock.sleep(for: .seconds(settings.reloadSeconds))) != nil { reloadIfChanged() }
    }

    private static func format(_ seconds: Int) -> String {
        Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    }
}
