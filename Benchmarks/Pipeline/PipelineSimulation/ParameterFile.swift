// SPDX-License-Identifier: Apache-2.0

import Yams

/// A YAML or JSON file from which single values are read.
struct ParameterFile {
    struct Missing: Error {
        let path: String
    }

    let path: String
    let root: Node

    func text(_ names: String...) throws -> String { try text(names) }

    func number(_ names: String...) throws -> Double {
        guard let number = Double(try text(names)) else { throw missing(names) }
        return number
    }

    /// The number of states on the path from one state to another, along `Next`, or `Default` in a Choice state.
    func states(from first: String, to last: String) throws -> Int {
        var (state, count) = (first, 0)
        while state != last {
            let names = ["States", state]
            guard count < 100, let node = node(names), let next = node["Next"] ?? node["Default"],
                let name = next.string
            else { throw missing(names) }
            (state, count) = (name, count + 1)
        }
        return count
    }

    private func text(_ names: [String]) throws -> String {
        guard let text = node(names)?.scalar?.string else { throw missing(names) }
        return text
    }

    private func node(_ names: [String]) -> Node? {
        names.reduce(root as Node?) { node, name in node?[name] }
    }

    private func missing(_ names: [String]) -> Missing { Missing(path: "\(path): \(names.joined(separator: "."))") }
}
