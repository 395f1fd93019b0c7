// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

extension Collection where Element: Sendable {
    /// What `read` returns for each element; several are read at the same time. If some cannot be read, the error of
    /// one of them is thrown after all have ended.
    func readEach<Value: Sendable>(
        _ read: @escaping @Sendable (Element) async throws -> Value
    ) async throws -> [Value] {
        var values: [Value] = []
        var failure: (any Error)?
        await sideBySide(atMost: InspectionLimits.requestsAtOnce) { element in
            await Result(catching: { try await read(element) })
        } take: { result in
            switch result {
            case .success(let value): values.append(value)
            case .failure(let error): failure = error
            }
        }
        if let failure { throw failure }
        return values
    }
}
