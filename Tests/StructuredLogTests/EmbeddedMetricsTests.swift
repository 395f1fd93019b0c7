// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import StructuredLog
import Synchronization
import Testing

@Suite("EmbeddedMetrics") struct EmbeddedMetricsTests {
    private final class Lines: Sendable {
        let lines = Mutex<[String]>([])

        func metrics(namespace: String? = "N") -> EmbeddedMetrics? {
            EmbeddedMetrics(
                namespace: namespace, dimensions: ["Service": "s"],
                now: { Date(timeIntervalSince1970: 1_795_564_352.5) },
                write: { line in self.lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
        }
    }

    @Test("A line has the format of CloudWatch's specification")
    func line() {
        let lines = Lines()
        lines.metrics()?.emit(
            [.init("A", 2), .init("L", [1.5, 3], .milliseconds)], properties: ["deliveryId": "d"])
        #expect(
            lines.lines.withLock { $0 } == [
                #"{"A":2,"L":[1.5,3],"Service":"s","_aws":{"CloudWatchMetrics":[{"Dimensions":[["Service"]],"Metrics":"#
                    + #"[{"Name":"A","Unit":"Count"},{"Name":"L","Unit":"Milliseconds"}],"Namespace":"N"}],"#
                    + #""Timestamp":1795564352500},"deliveryId":"d"}"# + "\n"
            ])
    }

    @Test("A further dimension is one of the line's, beside those of all metrics")
    func furtherDimension() {
        let lines = Lines()
        lines.metrics()?.emit([.init("A", 2)], by: ["Route": "r"])
        let line = lines.lines.withLock { $0 }.joined()
        #expect(line.contains(#""Dimensions":[["Route","Service"]]"#) && line.contains(#""Route":"r","Service":"s""#))
    }

    @Test("Nothing is written without a namespace or without a value")
    func nothing() {
        let lines = Lines()
        #expect(lines.metrics(namespace: nil) == nil)
        #expect(lines.metrics(namespace: "") == nil)
        lines.metrics()?.emit([.init("L", [], .milliseconds)])
        #expect(lines.lines.withLock { $0.isEmpty })
    }

    @Test("A metric never has more values than the format allows")
    func bounded() {
        let lines = Lines()
        lines.metrics()?.emit([.init("L", Array(repeating: 1, count: 1000))])
        let line = lines.lines.withLock { $0[0] }
        #expect(line.split(separator: ",").count(where: { $0 == "1" }) <= 100)
        #expect(line.contains("1,1,1"))
    }
}
