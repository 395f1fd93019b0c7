import DICOMNetwork
import Synchronization

/// The associations that are open in this process; asked from every event loop and by the deliveries.
final class OpenAssociations: Sendable {
    /// How many there may be.
    struct Limits: Sendable, Equatable {
        var total: Int
        /// From one address; nil: as many as there may be at all.
        var perPeer: Int?
    }

    private struct State {
        /// What of each association is counted.
        var open: [String: (peer: String?, callingAETitle: String)] = [:]
        var byPeer: [String: Int] = [:]
        var byTitle: [String: Int] = [:]
    }

    private let limits: Limits
    private let state = Mutex(State())

    init(limits: Limits) {
        self.limits = limits
    }

    var count: Int { state.withLock { $0.open.count } }

    /// False when there are as many already as there may be. One that was let in has `ended` at last.
    func admit(_ association: Association, atMostOfTitle maximumOfTitle: Int?) -> Bool {
        let peer = association.peerAddress
        let title = association.callingAETitle
        return state.withLock { state in
            guard state.open.count < limits.total else { return false }
            if let peer, let perPeer = limits.perPeer, state.byPeer[peer, default: 0] >= perPeer { return false }
            if let maximumOfTitle, state.byTitle[title, default: 0] >= maximumOfTitle { return false }
            state.open[association.id] = (peer, title)
            if let peer { state.byPeer[peer, default: 0] += 1 }
            state.byTitle[title, default: 0] += 1
            return true
        }
    }

    func ended(_ id: String) {
        state.withLock { state in
            guard let association = state.open.removeValue(forKey: id) else { return }
            if let peer = association.peer { Self.decrease(&state.byPeer, peer) }
            Self.decrease(&state.byTitle, association.callingAETitle)
        }
    }

    func contains(_ id: String) -> Bool {
        state.withLock { $0.open[id] != nil }
    }

    /// Titles and addresses that nobody uses any more are not kept.
    private static func decrease(_ counts: inout [String: Int], _ key: String) {
        guard let count = counts[key] else { return }
        counts[key] = count > 1 ? count - 1 : nil
    }
}
