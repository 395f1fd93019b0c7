// SPDX-License-Identifier: Apache-2.0

import ForeignPrograms

/// DCMTK's programs, from Debian's package `dcmtk`.
enum DCMTK {
    static func run(_ program: String, _ arguments: [String]) async throws -> ForeignProgram.Result {
        try await ForeignProgram.run(find(program), arguments)
    }

    static func find(_ program: String, in path: String = ForeignProgram.path) async throws -> String {
        try await ForeignProgram.find(program, saying: "$dcmtk: \(program) v", in: path)
    }
}
