// SPDX-License-Identifier: Apache-2.0

/// A certificate or key file that cannot be used.
package struct TLSFileError: Error, Hashable, Sendable {
    package let path: String
    package let problem: String
}

extension TLSFileError: CustomStringConvertible {
    package var description: String { path.isEmpty ? problem : "\(path): \(problem)" }
}
