// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Measures every program once in every round, so that other load on the machine affects all of them. A failed
/// measurement is reported on standard error and has no row.
func interleaved<Row>(
    _ programs: [Program], rounds: Int, _ what: String, measure: (Program) throws -> Row
) -> [[Row]] {
    var results: [[Row]] = programs.map { _ in [] }
    for round in 0..<rounds {
        for index in order(of: programs.count, inRound: round) {
            do {
                results[index].append(try measure(programs[index]))
            } catch {
                FileHandle.standardError.write(Data("\(programs[index].name), \(what): \(error)\n".utf8))
            }
        }
    }
    return results
}

/// Each program follows each other one about equally often, because a measurement can influence the next one, mostly
/// through the file system. Each pair of rounds is a row of a Williams design and the same row reversed.
private func order(of count: Int, inRound round: Int) -> [Int] {
    let row = (0..<count).map { position in
        let step = position % 2 == 0 ? count - position / 2 : position / 2 + 1
        return (step + round / 2) % count
    }
    return round % 2 == 0 ? row : row.reversed()
}
