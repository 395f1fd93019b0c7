// SPDX-License-Identifier: Apache-2.0

/// The application's answer to a C-STORE-RQ.
package enum InstanceDecision {
    case receive(any InstanceReceiver)
    case refuse(DIMSEStatus, comment: String)
}
