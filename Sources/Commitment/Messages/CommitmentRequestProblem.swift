// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork

/// Why the data set of a request for storage commitment is refused.
package enum CommitmentRequestProblem: Error, Hashable, Sendable {
    /// The data set cannot be read to its end.
    case unreadable(DataSetError)
    case elementMissing(Tag)
    case elementRepeated(Tag)
    case invalidUID(Tag, UIDError)
    /// The Referenced SOP Sequence has no item.
    case noReferences
    /// An item, counted from 1, does not have this element.
    case itemIncomplete(Int, Tag)
    /// One instance is named with two SOP classes: at most one of them can be right, and an answer could only be that
    /// the instance is committed and is not.
    case classesContradict
    case tooManyReferences(maximum: Int)
    case tooLong(maximum: Int)
    case nestedTooDeep(maximum: Int)
    /// Others need the memory, and this peer was the slowest.
    case memoryNeeded

    /// PS3.7 §10.1.4.1.10. Whatever is wrong with the action information is 0115H, "out of range or otherwise
    /// inappropriate": the list has no status for a missing attribute (0120H) or a data set that cannot be read. 0213H
    /// where the request is valid but more than we take.
    package var status: DIMSEStatus {
        switch self {
        case .unreadable, .elementMissing, .elementRepeated, .invalidUID, .noReferences, .itemIncomplete,
            .classesContradict:
            .invalidArgumentValue
        case .tooManyReferences, .tooLong, .nestedTooDeep, .memoryNeeded: .resourceLimitation
        }
    }

    package var answer: CommitmentAnswer { CommitmentAnswer(status, comment: "\(self)") }
}

extension CommitmentRequestProblem: CustomStringConvertible {
    /// A sentence of at most 64 characters, the limit of an Error Comment (0000,0902).
    package var description: String {
        switch self {
        case .unreadable(let error): "\(error)"
        case .elementMissing(let tag): "\(tag) is missing"
        case .elementRepeated(let tag): "\(tag) is repeated"
        case .invalidUID(let tag, let error): "\(tag) is not a UID: \(error)"
        case .noReferences: "\(Tag.referencedSOPSequence) has no items"
        case .itemIncomplete(let number, let tag): "Item \(number): \(tag) is missing"
        case .classesContradict: "A SOP Instance is named with two different SOP Classes"
        case .tooManyReferences(let maximum): "The request has more than \(maximum) references"
        case .tooLong(let maximum): "The data set has more than \(maximum) bytes"
        case .nestedTooDeep(let maximum): "The data set is nested more than \(maximum) levels deep"
        case .memoryNeeded: "The receiver needs the memory for others"
        }
    }
}
