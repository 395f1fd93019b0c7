// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline
import Testing

@testable import Inspection

@Suite struct OverviewTests {
    @Test("An overview says whether it has all deliveries, and else has the newest", arguments: [1, 2, 3])
    func cut(maximum: Int) throws {
        var snapshot = SampleSnapshot.empty()
        for second in 0..<2 {
            let delivery = try #require(DeliveryID("20261123T18000\(second)-0123456789abcdef01234567"))
            snapshot.manifests.append(.init(id: ImportID(delivery), writtenAt: SampleSnapshot.now))
        }
        let overview = PipelineOverview(snapshot, maximum: maximum)
        #expect(overview.isCut == (maximum < 2))
        #expect(overview.deliveries == Array(snapshot.imports().prefix(maximum)))
        #expect(overview.status == snapshot.status())
    }
}
