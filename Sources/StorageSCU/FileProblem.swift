// SPDX-License-Identifier: Apache-2.0

import DICOM
import Glibc

/// Why a file cannot be sent. Texts do not contain anything of the file.
package enum FileProblem: Error, Hashable, Sendable {
    case unreadable(errno: CInt)
    case notARegularFile
    /// The name is not UTF-8, so that the file cannot be named in results and journals.
    case nameNotUTF8
    /// Folders inside folders, more than the maximum.
    case tooDeep(maximum: Int)
    /// No `DICM` after 128 bytes.
    case notDICOM
    /// A DICOMDIR, the directory of a medium, which is never sent.
    case mediaDirectory
    case damaged(DataSetError)
    case invalidUID(Tag, UIDError)
    /// It changed after it was looked at.
    case changed
}

extension FileProblem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let code): "cannot be read: \(String(cString: strerror(code)))"
        case .notARegularFile: "is not a regular file"
        case .nameNotUTF8: "its name is not UTF-8"
        case .tooDeep(let maximum): "lies more than \(maximum) folders deep"
        case .notDICOM: "is not a DICOM file: no DICM after 128 bytes"
        case .mediaDirectory: "is a DICOMDIR, which is not an image"
        case .damaged(let error): "cannot be read as DICOM: \(error)"
        case .invalidUID(let tag, let error): "has no valid UID in \(tag): \(error)"
        case .changed: "was changed after it was looked at"
        }
    }
}
