/// What one import job takes (AWS HealthImaging developer guide, quotas).
package enum HealthImagingLimits {
    package static let maximumInstances = 5_000
    /// For a job and for a file; it cannot be raised.
    package static let maximumBytes = 10_000_000_000
}
