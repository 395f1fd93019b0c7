import ForeignPrograms

/// DCMTK's programs, of Debian's package `dcmtk`.
enum DCMTK {
    static func run(_ program: String, _ arguments: [String]) async throws -> ForeignProgram.Result {
        try await ForeignProgram.run("/usr/bin/\(program)", arguments)
    }
}
