// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork

/// Why an instance is not stored, and the status that its sender is told.
enum InstanceProblem: Error, Equatable {
    case elementMissing(Tag, name: String)
    /// The command and the data set have different values.
    case mismatch(Tag, name: String, command: UID, dataSet: UID, offset: UInt64)
    case unreadable(DataSetError, at: ElementPlace)
    /// The data set ends too early.
    case incomplete(DataSetCut)
    /// The SOP class of the data set, where it may differ from the command's.
    case classNotSupported(UID)
    case classNotPermitted(UID)
    /// A preamble and `DICM` were sent, which belong to a file and not to a data set.
    case part10File
    case tooLarge(maximum: Int)
    /// The task holds as many instances of open deliveries as it may.
    case receiverFull
    /// Too many deliveries repeat one another already: `MAXIMUM_REPEATS`.
    case sentTooOften
    /// The first `maximum` bytes of the data set do not contain all UIDs that the key needs.
    case headerTooLong(maximum: Int)
    /// Other instances waited for memory, and the sender of this one was the slowest.
    case memoryNeeded
    /// `ROUTES` refuse it: the name of the route, and its status.
    case refusedByRoute(String, DIMSEStatus)

    var outcome: OperationOutcome {
        OperationOutcome(status: status, errorComment: comment, endsAssociation: isAttack)
    }

    private var isAttack: Bool {
        if case .unreadable(let error, _) = self { error.isAttack } else { false }
    }

    private var status: DIMSEStatus {
        switch self {
        case .elementMissing, .unreadable, .incomplete, .part10File, .headerTooLong: .cannotUnderstand
        case .mismatch: .dataSetDoesNotMatchSOPClass
        case .classNotSupported: .sopClassNotSupported
        case .classNotPermitted: .notAuthorized
        // An instance that is too large could be sent to a receiver that is configured for it.
        case .tooLarge, .receiverFull, .sentTooOften, .memoryNeeded: .outOfResources
        case .refusedByRoute(_, let status): status
        }
    }

    /// At most 64 characters. PS3.7 §C, (0000,0902).
    private var comment: String {
        switch self {
        case .elementMissing(let tag, let name): "The data set has no \(name) \(tag)"
        case .mismatch(let tag, let name, _, _, _): "\(name) \(tag) differs from the command's"
        case .unreadable(let error, _): error.description
        case .incomplete(let cut): cut.description
        case .classNotSupported: "The SOP class of the data set is not supported"
        case .classNotPermitted: "The SOP class of the data set is not permitted to you"
        case .part10File: "This is a file: expected a data set without preamble"
        case .tooLarge(let maximum): "Larger than the maximum of \(maximum) bytes"
        case .receiverFull: "The receiver is full now, send it again later"
        case .sentTooOften: "Sent too often in a short time, send it again later"
        case .headerTooLong(let maximum): "The UIDs are not among the first \(maximum) bytes"
        case .refusedByRoute: "The routes of this receiver do not accept it"
        case .memoryNeeded: "Sent too slowly while others needed memory, send it again"
        }
    }
}
