// SPDX-License-Identifier: Apache-2.0

/// What to do with a data set that ends too early: setting `INCOMPLETE_DATA_SETS`.
enum IncompleteDataSets: String, CaseIterable, Sendable {
    case refuse
    /// Store it, answer with the warning B007H, and mark it in the manifest.
    case store
}
