// SPDX-License-Identifier: Apache-2.0

/// The elements of several pages of answers.
package struct Pages<Element: Sendable>: Sendable {
    package var elements: [Element]
    /// Whether there are no more than these.
    package var isComplete: Bool

    package init(_ elements: [Element], isComplete: Bool = true) {
        self.elements = elements
        self.isComplete = isComplete
    }

    /// Asks for one page after another, with the token of the page before, until there is no token or the maximum is
    /// reached. `enough` ends it as soon as it is true of all elements so far.
    static func follow<Token: Sendable & Equatable>(
        atMost maximumPages: Int, until enough: ([Element]) -> Bool = { _ in false },
        page: (Token?) async throws -> (elements: [Element], next: Token?)
    ) async throws -> Pages {
        var pages = Pages([])
        var token: Token?
        for _ in 0..<maximumPages {
            let (elements, next) = try await page(token)
            pages.elements += elements
            guard let next else { return pages }
            // A token that stays the same would return the same page for ever.
            if next == token || enough(pages.elements) { break }
            token = next
        }
        pages.isComplete = false
        return pages
    }
}
