// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import ImportPipeline
import StructuredLog
import Synchronization
import Testing

@Suite("Counted errors of HealthImaging")
struct HealthImagingErrorsTests {
    private static func answer(_ status: Int, _ code: String) -> AWSServiceError {
        AWSServiceError(service: "s", operation: "o", statusCode: status, code: code, message: "m")
    }

    @Test(
        "An answer with an error counts, and so does none; one that says busy counts for itself",
        arguments: [
            (answer(500, "InternalServerException"), (1, 0)),
            (answer(429, "ThrottlingException"), (0, 1)),
            (HTTPError.transferFailed(code: 28, reason: "time-out"), (1, 0)),
        ] as [(any Error, (Int, Int))])
    func counted(_ error: any Error, _ counts: (errors: Int, busy: Int)) async {
        let lines = Mutex<[String]>([])
        let metrics: EmbeddedMetrics? = EmbeddedMetrics(
            namespace: "N", dimensions: [:],
            write: { line in
                lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
            })
        await #expect(throws: (any Error).self) {
            try await metrics.countingHealthImagingErrors(busy: { .init("Busy", $0) }) { throw error }
        }
        let all = lines.withLock { $0 }
        #expect(all.count == 1 && all[0].contains("\"HealthImagingErrors\":\(counts.errors)"))
        #expect(all.count == 1 && all[0].contains("\"Busy\":\(counts.busy)"))
    }

    @Test("A call that was cancelled is no error of HealthImaging")
    func cancelled() async {
        let lines = Mutex(0)
        let count: @Sendable ([UInt8]) -> Void = { _ in lines.withLock { $0 += 1 } }
        let metrics: EmbeddedMetrics? = EmbeddedMetrics(namespace: "N", dimensions: [:], write: count)
        await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await #expect(throws: CancellationError.self) {
                try await metrics.countingHealthImagingErrors(busy: { .init("Busy", $0) }) { throw HTTPError.cancelled }
            }
        }.value
        #expect(lines.withLock { $0 } == 0)
    }
}
