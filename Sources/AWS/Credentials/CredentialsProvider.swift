import FoundationEssentials

/// Finds credentials in the environment, or else in the first of its sources that has any, and keeps them. New ones are fetched
/// while the old ones are still valid: nobody waits for that. One for a process.
package actor CredentialsProvider {
    /// New ones are asked for this long before the old ones end, or when a third of their time is left if that is less.
    private static let longestMargin: TimeInterval = 300
    /// Between two tries to have new ones while the old ones are valid: this, then twice as long each time, up to the margin.
    private static let shortestPause: TimeInterval = 1

    /// They change for nobody: a process has one environment.
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
        /// From then on new ones are asked for; nil: never.
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

    /// Forgets credentials that a service called expired.
    package func invalidate(_ rejected: Credentials) {
        if current?.credentials == rejected { current = nil }
    }

    /// Whether no source is being asked.
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
            // What is still valid is used to its end.
            current?.due = now().addingTimeInterval(pause)
            pause = min(2 * pause, Self.longestMargin)
        }
        for continuation in waiting.values { continuation.resume(with: result) }
        waiting = [:]
    }

    private func refreshDate(before expiration: Date) -> Date {
        expiration.addingTimeInterval(-min(Self.longestMargin, expiration.timeIntervalSince(now()) / 3))
    }

    /// Waits for new ones, no longer than its task: a caller has a deadline of its own.
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
