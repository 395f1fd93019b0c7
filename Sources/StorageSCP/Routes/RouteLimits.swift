// SPDX-License-Identifier: Apache-2.0

/// Limits of `ROUTES`.
enum RouteLimits {
    static let maximumBytes = 1 << 20
    static let maximumRoutes = 1_000
    /// The number of values in one condition of a route.
    static let maximumValues = 100
}
