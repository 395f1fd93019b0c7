// SPDX-License-Identifier: Apache-2.0

/// What to do when the data set names another SOP class or instance than the command: setting `UID_MISMATCH`.
enum UIDMismatch: String, CaseIterable, Sendable {
    case refuse
    /// Store the instance under the UIDs of its data set. The C-STORE-RSP repeats the command's UIDs.
    case dataSet = "data-set"
}
