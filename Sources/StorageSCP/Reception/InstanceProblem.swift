import DICOM
import DICOMNetwork

/// Why a data set is not stored, with the status that tells the sender.
enum InstanceProblem: Error, Equatable {
    case elementMissing(Tag, name: String)
    /// Command and data set name different ones.
    case mismatch(Tag, name: String, command: UID, dataSet: UID, offset: UInt64)
    case unreadable(DataSetError, at: ElementPlace)
    /// It ends too early.
    case incomplete(DataSetCut)
    /// The class that the data set names, where that counts.
    case classNotSupported(UID)
    case classNotPermitted(UID)
    /// Preamble and `DICM` were sent, which belong to a file and not to a data set.
    case part10File
    case tooLarge(maximum: Int)
    /// The task holds as many instances of open deliveries as it may.
    case receiverFull
    /// The limit of deliveries that repeat one another is reached: `MAXIMUM_REPEATS`.
    case sentTooOften
    /// So many bytes came, and not all UIDs among them.
    case headerTooLong(maximum: Int)
    /// Others waited for the memory that it held, and of all senders this one was the slowest.
    case memoryNeeded

    var outcome: StoreOutcome {
        StoreOutcome(status: status, errorComment: comment, endsAssociation: isAttack)
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
        // One that is too large could be sent to a receiver that is configured for it.
        case .tooLarge, .receiverFull, .sentTooOften, .memoryNeeded: .outOfResources
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
        case .part10File: "A file came: expected a data set without preamble"
        case .tooLarge(let maximum): "Larger than the \(maximum) bytes that are taken"
        case .receiverFull: "The receiver is full now, send it again later"
        case .sentTooOften: "Sent too often in a short time, send it again later"
        case .headerTooLong(let maximum): "The UIDs are not among the first \(maximum) bytes"
        case .memoryNeeded: "It came too slowly and others needed memory, send it again"
        }
    }
}
