// SPDX-License-Identifier: Apache-2.0

/// Cached readings of one kind by name, such as the traces of deliveries. Those that were asked for last are held.
actor NamedReadings<Value: Sendable> {
    private let maximum: Int
    private let minimumAge: Duration
    private let read: @Sendable (String) async throws -> Value
    /// The one that was asked for last is the last.
    private var held: [(name: String, reading: CachedReading<Value>)] = []

    init(maximum: Int, minimumAge: Duration, read: @escaping @Sendable (String) async throws -> Value) {
        self.maximum = maximum
        self.minimumAge = minimumAge
        self.read = read
    }

    func current(_ name: String) async -> CachedReading<Value>.Result {
        await reading(name).current()
    }

    private func reading(_ name: String) -> CachedReading<Value> {
        let bytes = Array(name.utf8)
        let read = read
        let found: (name: String, reading: CachedReading<Value>)
        if let index = held.firstIndex(where: { $0.name.utf8.elementsEqual(bytes) }) {
            found = held.remove(at: index)
        } else {
            found = (name, CachedReading(minimumAge: minimumAge) { try await read(name) })
        }
        held.append(found)
        if held.count > maximum { held.removeFirst() }
        return found.reading
    }
}
