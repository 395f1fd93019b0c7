// SPDX-License-Identifier: Apache-2.0

/// The limits of one import job (AWS HealthImaging developer guide, quotas).
package enum HealthImagingLimits {
    package static let maximumInstances = 5_000
    /// The limit of a job, and of a single file. AWS does not raise it.
    package static let maximumBytes = 10_000_000_000
}
