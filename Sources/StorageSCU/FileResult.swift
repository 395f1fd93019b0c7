// SPDX-License-Identifier: Apache-2.0

import DICOM

/// What became of a file, and which one it is.
package struct FileResult: Hashable, Sendable {
    package let path: String
    /// `nil` if the file could not be read, or was not opened because a journal has it.
    package let file: OutgoingFile?
    package let outcome: FileOutcome

    package init(path: String, file: OutgoingFile? = nil, outcome: FileOutcome) {
        self.path = path
        self.file = file
        self.outcome = outcome
    }

    /// The outcome in words; for a refused context, also what it was for.
    package var text: String {
        guard case .contextRefused = outcome, let context = file?.context else { return "\(outcome)" }
        return "\(outcome), SOP Class \(context.sopClassUID) in transfer syntax \(context.transferSyntaxUID)"
    }

    init(_ file: OutgoingFile, _ outcome: FileOutcome) {
        self.init(path: file.path, file: file, outcome: outcome)
    }
}
