// SPDX-License-Identifier: Apache-2.0

import Commitment
import DICOM

/// The data set of a request for storage commitment. The first byte selects the encoding and how the data set is cut
/// into fragments, the rest is the data set.
///
/// The result must be the same in one piece and in many, and a report of what was read must be read as the same again.
enum FuzzedCommitment {
    private typealias Outcome = Result<CommitmentRequestReader.Content, CommitmentRequestProblem>

    static func run(_ bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.first else { return }
        let syntax = first & 1 == 0 ? TransferSyntax.implicitVRLittleEndian : .explicitVRLittleEndian
        let dataSet = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
        let whole = outcome(of: dataSet, syntax, size: max(1, dataSet.count), work: .max)
        let pieces = outcome(of: dataSet, syntax, size: 1 + Int(first >> 1) % 16, work: 1 + UInt64(first >> 5))
        switch (whole, pieces) {
        case (.success(let one), .success(let other)):
            precondition(one == other, "the data set gives another result in fragments")
            writeAndRead(one, syntax)
        // In fragments, an error may be found at another element.
        case (.failure, .failure): break
        case (.success, .failure), (.failure, .success):
            preconditionFailure("the data set is valid whole or in fragments, but not both")
        }
    }

    private static func writeAndRead(_ content: CommitmentRequestReader.Content, _ syntax: TransferSyntax) {
        let report = CommitmentReport(
            transactionUID: content.transactionUID, successes: content.references, failures: [])
        let dataSet = CommitmentReportDataSet(report, transferSyntax: syntax)
        let written = dataSet.piece(at: 0, count: Int(dataSet.length))
        let again = written.withUnsafeReadableBytes { outcome(of: $0, syntax, size: max(1, $0.count), work: .max) }
        guard case .success(content) = again else {
            preconditionFailure("what was written is read as something else")
        }
    }

    private static func outcome(
        of dataSet: UnsafeRawBufferPointer, _ syntax: TransferSyntax, size: Int, work: UInt64
    ) -> Outcome {
        Result { () throws(CommitmentRequestProblem) in
            var reader = CommitmentRequestReader(
                transferSyntax: syntax, limits: CommitmentRequestLimits(maximumReferences: 16))
            for start in stride(from: 0, to: dataSet.count, by: size) {
                var input = UnsafeRawBufferPointer(rebasing: dataSet[start...].prefix(size))[...]
                while try reader.feed(&input, work: work) == .paused {}
            }
            return try reader.finish()
        }
    }
}
