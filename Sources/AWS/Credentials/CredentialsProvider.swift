// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// Finds credentials in the environment, or else in the first source that has any, and caches them. It refreshes them
/// while the old ones are still valid, so that requests need not wait. A process has one provider.
package actor CredentialsProvider {
    /// Seconds before the expiration at which the refresh starts; or a third of the remaining lifetime, if that is
    /// shorter.
    private static let longestMargin: TimeInterval = 300
    /// Seconds until a failed refresh is repeated. The pause doubles with each failure, up to `longestMargin`.
    private static let shortestPause: TimeInterval = 1

    /// These never change during a process.
    private nonisolated let fromEnvironment: Credentials?
    private let sources: [any CredentialsSource]
    private let now: @Sendable () -> Date
    private var current: Kept?
    private var isRefreshing = false
    private var pause = CredentialsProvider.shortestPause
    private var waiting: [Int: CheckedContinuation<Credentials, any Error>] = [:]
    private var lastWaiter = 0

    private struct Kept {
        let credentials: Credentials
        /// When to refresh; `nil` for never.
        var due: Date?
    }

    package init(
        environment: [String: String], sources: [any CredentialsSource],
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        fromEnvironment = try? Credentials(environment: environment)
        self.sources = sources
        self.now = now
    }

    package nonisolated func credentials() async throws -> Credentials {
        if let fromEnvironment { return fromEnvironment }
        return try await keptOrFetched()
    }

    /// Discards credentials that a service has rejected as expired.
    package func invalidate(_ rejected: Credentials) {
        if current?.credentials == rejected { current = nil }
    }

    /// Whether no refresh is under way.
    var isAtRest: Bool { !isRefreshing }

    private func keptOrFetched() async throws -> Credentials {
        guard let current, current.credentials.isValid(at: now()) else { return try await fetched() }
        if let due = current.due, due <= now() { refresh() }
        return current.credentials
    }

    private func refresh() {
        guard !isRefreshing else { return }
        isRefreshing = true
        Task {
            do {
                let found = try await find()
                end(.success(found))
            } catch {
                end(.failure(error))
            }
        }
    }

    private func find() async throws -> Credentials {
        for source in sources {
            if let found = try await source.credentials() { return found }
        }
        throw CredentialsError.none
    }

    private func end(_ result: Result<Credentials, any Error>) {
        isRefreshing = false
        switch result {
        case .success(let found):
            current = Kept(credentials: found, due: found.expiration.map { refreshDate(before: $0) })
            pause = Self.shortestPause
        case .failure:
            // The current credentials remain in use until they expire.
            current?.due = now().addingTimeInterval(pause)
            pause = min(2 * pause, Self.longestMargin)
        }
        for continuation in waiting.values { continuation.resume(with: result) }
        waiting = [:]
    }

    private func refreshDate(before expiration: Date) -> Date {
        expiration.addingTimeInterval(-min(Self.longestMargin, expiration.timeIntervalSince(now()) / 3))
    }

    /// Waits for new credentials. The wait ends when the calling task is cancelled, since callers have their own
    /// deadlines.
    private func fetched() async throws -> Credentials {
        refresh()
        lastWaiter += 1
        let id = lastWaiter
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else {
                    waiting[id] = continuation
                }
            }
        } onCancel: {
            Task { await cancel(id) }
        }
    }

    private func cancel(_ id: Int) {
        waiting.removeValue(forKey: id)?.resume(throwing: CancellationError())
    }
}

extension Credentials {
    fileprivate func isValid(at date: Date) -> Bool {
        expiration.map { date < $0 } ?? true
    }
}
