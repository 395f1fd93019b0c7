// SPDX-License-Identifier: Apache-2.0

/// The application's answer to an A-ASSOCIATE-RQ.
package enum AssociationDecision: Sendable {
    case accept(AcceptancePolicy)
    case reject(AssociationRejection)
}
