// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import StorageSCP

@Suite struct EditDistanceTests {
    @Test(
        "A wrong, a missing and a further character count one each, and so do two neighbours that changed places",
        arguments: [
            ("", "", 0), ("", "ABC", 3), ("ABC", "", 3), ("ABC", "ABC", 0), ("ABC", "ABD", 1), ("ABC", "AC", 1),
            ("AC", "ABC", 1), ("SCP_PROT", "SCP_PORT", 1), ("DELIVERY_QUIT_SECONDS", "DELIVERY_QUIET_SECONDS", 1),
            ("kitten", "sitting", 3), ("CA", "ABC", 3), ("APP_PORT", "SCP_PORT", 2),
        ])
    func distance(first: String, second: String, expected: Int) {
        #expect(EditDistance.between(first, second) == expected)
        #expect(EditDistance.between(second, first) == expected)
    }
}
