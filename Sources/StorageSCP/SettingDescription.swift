// SPDX-License-Identifier: Apache-2.0

/// What a person must know of a setting. The documentation's tables are printed from this.
package struct SettingDescription: Sendable, Equatable {
    /// A section of the documentation, relative to `docs/configuration.md`.
    package struct Section: Sendable, Equatable {
        package let title: String
        package let link: String

        init(_ title: String, _ link: String) {
            self.title = title
            self.link = link
        }
    }

    /// The environment variable.
    package let name: String
    /// The value that is used without the setting, or what holds without it in words. `nil`: see `purpose`.
    package let defaultText: String?
    /// The values that can be used. `nil` where `purpose` says it.
    package let values: String?
    /// Sentences in Markdown without links.
    package let purpose: String
    /// For a limit: what happens beyond it.
    package let beyond: String?
    /// Where more is written.
    package let section: Section?
}
