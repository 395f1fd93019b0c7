// SPDX-License-Identifier: Apache-2.0

import DICOM
import Logging

extension InstanceProblem {
    /// The problem as metadata of a log line: `status` and `reason`; if one element is the cause, also its `tag`, its
    /// `offset` in the data set, `expected` and `got`. UIDs are the only values of the data set that appear.
    var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["status": "\(outcome.status)", "reason": "\(outcome.errorComment ?? "")"]
        switch self {
        case .elementMissing(let tag, _):
            metadata.note(tag, expected: "a value before the pixel data", got: "none")
        case .mismatch(let tag, _, let command, let dataSet, let offset):
            metadata.note(tag, offset: offset, expected: "\(command)", got: "\(dataSet)")
        case .unreadable(let error, let place):
            metadata.note(error, at: place)
        case .incomplete(let cut):
            metadata.note(cut)
        case .classNotSupported(let uid), .classNotPermitted(let uid):
            metadata.note(.sopClassUID, expected: "a SOP class that this sender may send", got: "\(uid)")
        case .refusedByRoute(let route, _):
            metadata["route"] = "\(route)"
        case .part10File, .tooLarge, .receiverFull, .sentTooOften, .headerTooLong, .memoryNeeded:
            break
        }
        return metadata
    }
}

extension DataSetWalk.Ending {
    /// `structure` is `unread` when the data set could not be read to its end, and `incomplete` when it ends too early.
    var metadata: Logger.Metadata {
        switch self {
        case .whole: return [:]
        case .unread(let error, let place):
            var metadata: Logger.Metadata = ["structure": "unread", "reason": "\(error)"]
            metadata.note(error, at: place)
            return metadata
        case .cut(let cut):
            var metadata: Logger.Metadata = ["structure": "incomplete", "reason": "\(cut)"]
            metadata.note(cut)
            return metadata
        }
    }
}

extension Logger.Metadata {
    fileprivate mutating func note(_ error: DataSetError, at place: ElementPlace) {
        note(error.tag ?? place.tag, offset: place.offset, expected: error.expected, got: error.got)
    }

    fileprivate mutating func note(_ cut: DataSetCut) {
        note(
            cut.element.tag, offset: cut.element.offset, expected: "the whole element",
            got: cut.missingBytes.map { "the end of the data set, \($0) bytes too early" }
                ?? "the end of the data set before the end of the element")
    }

    fileprivate mutating func note(_ tag: Tag, offset: UInt64? = nil, expected: String, got: String) {
        self["tag"] = "\(tag.text)"
        if let offset { self["offset"] = "\(offset)" }
        self["expected"] = "\(expected)"
        self["got"] = "\(got)"
    }
}
