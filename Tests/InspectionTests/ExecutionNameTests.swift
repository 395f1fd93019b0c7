// SPDX-License-Identifier: Apache-2.0

import Inspection
import Testing

@Suite("Names of executions")
struct ExecutionNameTests {
    private static let id = "20261123T180000-0123456789abcdef01234567"

    @Test(
        "The import of an execution is known by its name",
        arguments: [
            ("", ""), ("-1", "-1"), ("-20261124T000000", ""), ("-12-20261124T000000", "-12"),
        ])
    func known(_ suffix: String, _ importSuffix: String) {
        #expect(ExecutionName.importID(of: Self.id + suffix)?.description == Self.id + importSuffix)
    }

    @Test(
        "Other names belong to no import",
        arguments: ["", "-0", "-x", "-1-2", "-100", "-20261124", "-1-20261124X000000"])
    func other(_ suffix: String) {
        let name = suffix.isEmpty ? "a test" : Self.id + suffix
        #expect(ExecutionName.importID(of: name) == nil)
    }
}
