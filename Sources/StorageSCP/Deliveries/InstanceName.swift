// SPDX-License-Identifier: Apache-2.0

/// Identifies an instance within its study.
struct InstanceName: Hashable, Sendable {
    let seriesInstanceUID: String
    let sopInstanceUID: String
}
