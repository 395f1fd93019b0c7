// SPDX-License-Identifier: Apache-2.0

extension Sequence where Element: Sendable {
    /// Works on at most `maximum` elements at the same time, and passes each result to `take` as it arrives.
    package func sideBySide<Result: Sendable>(
        atMost maximum: Int, _ work: @escaping @Sendable (Element) async -> Result, take: (Result) -> Void
    ) async {
        await withTaskGroup(of: Result.self) { group in
            for (index, element) in enumerated() {
                if index >= maximum, let result = await group.next() { take(result) }
                group.addTask { await work(element) }
            }
            for await result in group { take(result) }
        }
    }
}
