// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Public list prices in dollars, read from `docs/costs.md`, which is the only place that contains them.
package struct Prices: Sendable {
    package let (transition, invocation): (Double, Double)
    package let (s3Put, s3Get): (Double, Double)
    package let writeUnit: Double
    package let sqsRequest: Double

    package struct Missing: Error {
        package let row: String
    }

    package init(repository folder: URL) throws {
        let text = try String(contentsOf: folder.appending(path: "docs/costs.md"), encoding: .utf8)
        // `| transitions (15) | $25 per million | …`
        let rows = text.matches(
            of: #/\n\| (?<name>[^|(]+?)(?: \([^)]*\))? \| \$(?<price>[0-9.]+) per (?<count>million|1,000) /#)
        func price(_ name: String) throws -> Double {
            guard let row = rows.first(where: { $0.name == name }), let price = Double(row.price) else {
                throw Missing(row: name)
            }
            return price / (row.count == "million" ? 1_000_000 : 1_000)
        }
        (transition, invocation) = (try price("transitions"), try price("invocations"))
        (s3Put, s3Get) = (try price("S3 PUT, COPY, LIST"), try price("S3 GET"))
        (writeUnit, sqsRequest) = (try price("DynamoDB write units"), try price("SQS"))
    }

    package func dollars(_ counts: PipelineCounts) -> Double {
        Double(counts.transitions) * transition + Double(counts.invocations) * invocation
            + Double(counts.s3Puts) * s3Put + Double(counts.s3Gets) * s3Get + Double(counts.writeUnits) * writeUnit
            + Double(counts.sqsRequests) * sqsRequest
    }
}
