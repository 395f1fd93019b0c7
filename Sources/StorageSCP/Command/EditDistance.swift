// SPDX-License-Identifier: Apache-2.0

/// The number of mistakes that turn one word into another: a character too many, missing or wrong, or two neighbours in
/// each other's place (optimal string alignment).
enum EditDistance {
    /// Takes time and memory in the product of both lengths: callers limit them.
    static func between(_ first: String, _ second: String) -> Int {
        let (first, second) = (Array(first.utf8), Array(second.utf8))
        var beforeLast: [Int] = []
        var last = Array(0...second.count)
        for row in 0..<first.count {
            var current = [row + 1]
            for column in 0..<second.count {
                var best = min(current[column], last[column + 1]) + 1
                best = min(best, last[column] + (first[row] == second[column] ? 0 : 1))
                if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[second.count]
    }
}
