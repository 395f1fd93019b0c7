// SPDX-License-Identifier: Apache-2.0

/// The result of negotiating a request: the accepted contexts, the window, and the answer.
package struct NegotiatedAssociation: Sendable {
    package let contexts: [UInt8: AcceptedPresentationContext]
    /// How many operations the peer may have outstanding.
    package let maximumOperations: Int
    package let answer: AAssociateAC
}
