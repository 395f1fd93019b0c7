import Foundation

/// Every program once in every round, each round beginning with another, so that what the machine does meanwhile falls on all.
/// What fails is said on standard error and has no row.
func interleaved<Row>(
    _ programs: [Program], rounds: Int, _ what: String, measure: (Program) throws -> Row
) -> [[Row]] {
    var results: [[Row]] = programs.map { _ in [] }
    for round in 0..<rounds {
        for offset in programs.indices {
            let index = (offset + round) % programs.count
            do {
                results[index].append(try measure(programs[index]))
            } catch {
                FileHandle.standardError.write(Data("\(programs[index].name), \(what): \(error)\n".utf8))
            }
        }
    }
    return results
}
