import DICOM
import DICOMNetwork

/// An instance whose data set names it as the request did.
struct ReceivedInstance: Sendable, Equatable {
    let sopClassUID: UID
    let sopInstanceUID: UID
    let studyInstanceUID: UID
    let seriesInstanceUID: UID
    let studyDate: String?
    let transferSyntax: TransferSyntax

    /// PS3.4 §B.2.3: A900H when the data set is of another instance or class, C000H when it does not say what is needed.
    init(header: InstanceHeader, request: CStoreRequest) throws(InstanceProblem) {
        guard let sopClassUID = header.sopClassUID else { throw .elementMissing("SOP Class UID (0008,0016)") }
        guard let sopInstanceUID = header.sopInstanceUID else { throw .elementMissing("SOP Instance UID (0008,0018)") }
        guard let study = header.studyInstanceUID else { throw .elementMissing("Study Instance UID (0020,000D)") }
        guard let series = header.seriesInstanceUID else { throw .elementMissing("Series Instance UID (0020,000E)") }
        guard sopClassUID == request.affectedSOPClassUID else { throw .mismatch("SOP Class UID") }
        guard sopInstanceUID == request.affectedSOPInstanceUID else { throw .mismatch("SOP Instance UID") }
        self.sopClassUID = sopClassUID
        self.sopInstanceUID = sopInstanceUID
        studyInstanceUID = study
        seriesInstanceUID = series
        studyDate = header.studyDate
        transferSyntax = request.transferSyntax
    }
}

/// Why a data set is not stored, with the status that tells the sender.
enum InstanceProblem: Error, Equatable {
    case elementMissing(String)
    case mismatch(String)
    case unreadable(DataSetError)
    /// Preamble and file meta information were sent, which belong to a file and not to a data set.
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
        switch self {
        case .elementMissing(let name):
            StoreOutcome(status: .cannotUnderstand, errorComment: "The data set has no \(name)")
        case .mismatch(let name):
            StoreOutcome(
                status: .dataSetDoesNotMatchSOPClass, errorComment: "\(name) differs between command and data set")
        case .part10File:
            StoreOutcome(status: .cannotUnderstand, errorComment: "A file came: expected a data set without group 0002")
        case .tooLarge(let maximum):
            // It could be sent to a receiver that is configured for it.
            StoreOutcome(status: .outOfResources, errorComment: "Larger than the \(maximum) bytes that are taken")
        case .receiverFull:
            StoreOutcome(status: .outOfResources, errorComment: "The receiver is full now, send it again later")
        case .sentTooOften:
            StoreOutcome(status: .outOfResources, errorComment: "Sent too often in a short time, send it again later")
        case .headerTooLong(let maximum):
            StoreOutcome(
                status: .cannotUnderstand, errorComment: "The UIDs are not among the first \(maximum) bytes")
        case .memoryNeeded:
            StoreOutcome(
                status: .outOfResources, errorComment: "It came too slowly and others needed memory, send it again")
        case .unreadable(let error) where error.isAttack:
            StoreOutcome(
                status: .cannotUnderstand, errorComment: "The data set has more elements than its size allows",
                endsAssociation: true)
        case .unreadable:
            StoreOutcome(status: .cannotUnderstand, errorComment: "The data set cannot be read in its transfer syntax")
        }
    }
}
