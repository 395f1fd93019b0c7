// SPDX-License-Identifier: Apache-2.0

/// How much the peer of a requestor may make it hold, and how it cuts what it sends.
package struct RequestorLimits: Hashable, Sendable {
    /// The limits on received PDUs and command sets.
    package var association = AssociationLimits()
    /// The longest list of PDVs that we take in one P-DATA-TF, as announced to the peer. PS3.8 §D.1.
    package var maximumLength: UInt32 = 64 << 10
    /// The longest list of PDVs that we send, however much the peer accepts.
    package var maximumLengthSent: UInt32 = 256 << 10
    /// The longest data set of a received message.
    package var maximumDataSetLength = 64 << 10
    /// Requests that the peer may send us on one association: each answer may have to wait in memory.
    package var maximumRequests = 1024

    package init() {}
}
