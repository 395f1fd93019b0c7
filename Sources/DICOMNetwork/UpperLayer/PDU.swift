// SPDX-License-Identifier: Apache-2.0

/// A protocol data unit of the upper layer. PS3.8 §9.3.
package enum PDU: Hashable, Sendable {
    case associateRQ(AAssociateRQ)
    case associateAC(AAssociateAC)
    case associateRJ(AAssociateRJ)
    case dataTF(PDataTF)
    case releaseRQ
    case releaseRP
    case abort(AAbort)

    package var type: PDUType {
        switch self {
        case .associateRQ: .associateRQ
        case .associateAC: .associateAC
        case .associateRJ: .associateRJ
        case .dataTF: .dataTF
        case .releaseRQ: .releaseRQ
        case .releaseRP: .releaseRP
        case .abort: .abort
        }
    }
}
