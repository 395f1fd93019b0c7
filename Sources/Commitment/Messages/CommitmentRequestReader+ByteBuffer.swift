// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore

extension CommitmentRequestReader {
    /// Takes the bytes it has read off the fragment's front, and stops when about `work` is done.
    package mutating func feed(
        _ fragment: inout ByteBuffer, work: UInt64
    ) throws(CommitmentRequestProblem) -> Progress {
        // The closure cannot throw a typed error through NIO's rethrowing function.
        try fragment.consuming { input in
            Result { () throws(CommitmentRequestProblem) in try feed(&input, work: work) }
        }.get()
    }
}
