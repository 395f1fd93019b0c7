// SPDX-License-Identifier: Apache-2.0

/// Failure Reason (0008,1197): why an instance is not committed. PS3.3 §C.14.1.1.
package enum FailureReason: UInt16, Hashable, Sendable {
    case processingFailure = 0x0110
    case noSuchObjectInstance = 0x0112
    case classInstanceConflict = 0x0119
    case resourceLimitation = 0x0213
}
