// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork

@testable import StorageSCP

/// A status that a C-STORE is answered with, for one cause.
struct StoreAnswer: Sendable {
    let status: DIMSEStatus
    /// As an example, if the text depends on the instance.
    let errorComment: String?
    let cause: String
    let advice: String

    private static let sendLater = "send it again later"
    private static let doNotSend = "do not send it again"
    private static let senderIsWrong = "correct the sender; this is its fault"

    private init(_ status: DIMSEStatus, _ errorComment: String?, _ cause: String, _ advice: String) {
        self.status = status
        self.errorComment = errorComment
        self.cause = cause
        self.advice = advice
    }

    /// An answer that depends on the data set or on the deliveries that are open.
    private init(_ problem: InstanceProblem) {
        let (cause, advice) = Self.explanation(of: problem)
        self.init(problem.outcome.status, problem.outcome.errorComment, cause, advice)
    }

    /// In the order of the statuses, then of the comments.
    static let all = (commands + store + problems).sorted {
        ($0.status.rawValue, $0.errorComment ?? "") < ($1.status.rawValue, $1.errorComment ?? "")
    }

    /// The answers that depend on the command. `OperationStateMachine` and `StorageService` have them.
    private static let commands: [StoreAnswer] = [
        StoreAnswer(
            .invalidSOPInstance, "(0000,1000) is not a UID: no digit or dot at character 1",
            "the SOP Instance UID of the command is not a UID", senderIsWrong),
        StoreAnswer(
            .sopClassNotSupported, "The SOP class is not supported",
            "the SOP class of the command is not one of those above, or is not in `SUPPORTED_SOP_CLASS_UIDS`", doNotSend
        ),
        StoreAnswer(
            .sopClassNotSupported, "Instances of the SOP class have no study",
            "HealthImaging cannot store instances of this SOP class", doNotSend),
        StoreAnswer(
            .sopClassNotSupported, "The presentation context is for Verification",
            "the C-STORE came on a context for Verification", senderIsWrong),
        StoreAnswer(
            .notAuthorized, "The SOP class is not permitted to this calling AE title",
            "`ACCESS_RULES` do not permit the SOP class of the command", doNotSend),
        StoreAnswer(
            .duplicateInvocation, "The Message ID is that of an operation not yet answered",
            "two outstanding operations have one Message ID", senderIsWrong),
        StoreAnswer(
            .unrecognizedOperation, "Only C-STORE, C-ECHO and N-ACTION are provided",
            "the request asks for another operation",
            senderIsWrong),
        StoreAnswer(
            .mistypedArgument, "(0000,0002) Affected SOP Class UID is missing",
            "an element of the command is missing or wrong", senderIsWrong),
        StoreAnswer(
            .cannotUnderstand, "C-STORE-RQ without a data set", "the command says that no data set follows",
            senderIsWrong),
    ]

    /// The answers that depend on the store. `InstanceUpload` and `StorageService` have them.
    private static let store: [StoreAnswer] = [
        StoreAnswer(
            .success, nil,
            "the object is in S3, and so is the open marker of its delivery; with a folder: the file is on the disk",
            "nothing"),
        StoreAnswer(
            .dataSetIncomplete, "Stored: Cut in (7FE0,0010) at byte 1200, 500 bytes missing",
            "the data set ends too early, and was stored because `INCOMPLETE_DATA_SETS` is `store`",
            "send it again only if the sender has the complete data set"),
        StoreAnswer(
            .outOfResources, "The store cannot take it now, send it again later",
            """
            the store refuses the object or cannot be reached; the delivery could not be opened within a minute, because \
            too many others are; the task lease has expired; the delivery is older than twelve hours
            """,
            sendLater),
        StoreAnswer(
            .outOfResources, "Too large for this delivery, send it again",
            "the delivery would have more bytes than an import job takes",
            "send it again: it goes into another delivery"),
        StoreAnswer(
            .outOfResources, "The receiver cannot take a data set now", "a fault of the receiver, which its log names",
            sendLater),
    ]

    /// One of each kind.
    private static let problems: [StoreAnswer] =
        [
            .elementMissing(.studyInstanceUID, name: "Study Instance UID"),
            .unreadable(
                .invalidUID(.seriesInstanceUID, .emptyComponent(offset: 4)),
                at: ElementPlace(tag: .seriesInstanceUID, offset: 300)),
            .unreadable(.tooManyElements(maximum: 65536), at: ElementPlace(tag: .sopClassUID, offset: 0)),
            .incomplete(DataSetCut(element: ElementPlace(tag: .pixelData, offset: 1200), missingBytes: 500)),
            .part10File,
            .headerTooLong(maximum: ReceiverSettings.maximumHeaderBytes.defaultValue),
            .tooLarge(maximum: ReceiverSettings.maximumInstanceBytes.defaultValue),
            .receiverFull,
            .sentTooOften,
            .memoryNeeded,
            .refusedByRoute("name", .notAuthorized),
        ].map(StoreAnswer.init) + withUIDs

    private static var withUIDs: [StoreAnswer] {
        guard let uid = try? UID(SOPClass.ctImageStorage), let other = try? UID(SOPClass.secondaryCaptureImageStorage)
        else { return [] }
        let mismatch = InstanceProblem.mismatch(
            .sopInstanceUID, name: "SOP Instance UID", command: uid, dataSet: other, offset: 0)
        return [mismatch, .classNotSupported(uid), .classNotPermitted(uid)].map(StoreAnswer.init)
    }

    /// A new kind of problem does not compile until it is explained here, and in `problems` an example of it is needed.
    private static func explanation(of problem: InstanceProblem) -> (cause: String, advice: String) {
        switch problem {
        case .elementMissing: ("the data set lacks one of the four UIDs before its pixel data", doNotSend)
        case .mismatch:
            ("SOP class or instance differ between command and data set, and `UID_MISMATCH` is `refuse`", senderIsWrong)
        case .unreadable(.tooManyElements, _):
            (
                "before its UIDs, the data set has more elements, or inflates to more bytes, than its size allows; "
                    + "the association is aborted after this answer", doNotSend
            )
        case .unreadable: ("the data set cannot be read up to its UIDs", doNotSend)
        case .incomplete: ("the data set ends too early, and `INCOMPLETE_DATA_SETS` is `refuse`", doNotSend)
        case .refusedByRoute:
            (
                "a route of `ROUTES` refuses the instance; the route says which status, and 0124H is an example",
                doNotSend
            )
        case .classNotSupported:
            ("with `UID_MISMATCH=data-set`, the data set names a SOP class that is not supported", doNotSend)
        case .classNotPermitted:
            (
                "with `UID_MISMATCH=data-set`, the data set names a SOP class that `ACCESS_RULES` do not permit",
                doNotSend
            )
        case .part10File: ("a whole file was sent instead of a data set", senderIsWrong)
        case .tooLarge: ("the data set has more than `MAXIMUM_INSTANCE_BYTES`", "send it to another receiver")
        case .receiverFull:
            ("`MAXIMUM_OPEN_INSTANCES`: the title has its share of them, or half of them and repeats one", sendLater)
        case .sentTooOften:
            ("more than `MAXIMUM_REPEATS` deliveries would repeat this instance", sendLater)
        case .headerTooLong: ("the UIDs are not within `MAXIMUM_HEADER_BYTES`", doNotSend)
        case .memoryNeeded:
            ("others needed memory, and this sender was the slowest", sendLater)
        }
    }
}
