// SPDX-License-Identifier: Apache-2.0

/// The version of this product. `CHANGELOG.md` names the same one.
package enum ProductVersion {
    /// By Semantic Versioning. `-dev`: not released yet.
    package static let text = "1.0.0-dev"

    /// What an association and a stored file say of the implementation: at most 16 characters, so it holds the first
    /// number of the version only. PS3.7 §D.3.3.2.
    package static let implementationVersionName = "SWIFT_STORE_\(text.prefix { $0 != "." })"
}
