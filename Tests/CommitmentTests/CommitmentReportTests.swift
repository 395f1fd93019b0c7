// SPDX-License-Identifier: Apache-2.0

import Commitment
import DICOM
import Testing

@Suite struct CommitmentReportTests {
    @Test(arguments: [(0, CommitmentReport.EventType.successful), (1, .failuresExist)])
    func `The event type tells whether an instance is not committed`(
        failures: Int, type: CommitmentReport.EventType
    ) throws {
        let reference = InstanceReference(sopClassUID: try UID("1.2"), sopInstanceUID: try UID("1.2.3"))
        let report = CommitmentReport(
            transactionUID: try UID("1.2.4"), successes: [reference],
            failures: Array(repeating: .init(reference, .processingFailure), count: failures))
        #expect(report.eventType == type)
    }
}
