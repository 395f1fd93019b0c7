// SPDX-License-Identifier: Apache-2.0

/// A manifest whose PUT is under way.
struct NumberedManifest {
    var number: UInt8 = 0
    /// Empty if no manifest is being written.
    var instances: InstanceSet = []
}
