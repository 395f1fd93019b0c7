// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import StorageSCP

@Suite("Fair shares")
struct FairSharesTests {
    private func take(_ shares: inout FairShares<String>, _ holder: String) -> Int {
        while shares.hasRoom(for: holder) { shares.add(1, of: holder) }
        return shares.count(of: holder)
    }

    @Test(
        "A single holder gets a part that the factor decides, and something is left for each of the others",
        arguments: [(1, [50, 25, 13]), (8, [89, 10, 1])])
    func shares(factor: Int, counts: [Int]) {
        var shares = FairShares<String>(maximum: 100, factor: factor)
        #expect(["a", "b", "c"].map { take(&shares, $0) } == counts)
    }

    @Test("What is given back is free again")
    func givenBack() {
        var shares = FairShares<String>(maximum: 2, factor: 1)
        #expect(take(&shares, "a") == 1)
        shares.add(-1, of: "a")
        #expect(shares.count(of: "a") == 0 && shares.hasRoom(for: "a"))
    }
}
