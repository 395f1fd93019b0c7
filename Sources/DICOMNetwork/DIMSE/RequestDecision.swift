// SPDX-License-Identifier: Apache-2.0

/// The application's answer to a C-STORE-RQ or N-ACTION-RQ whose data set follows.
package enum RequestDecision {
    case receive(any DataSetReceiver)
    case refuse(DIMSEStatus, comment: String)
}
