// SPDX-License-Identifier: Apache-2.0

/// The path from the first state to another one, with a sentence for each step.
struct Story: CustomStringConvertible {
    private(set) var sentences: [String] = []
    private let end: String

    /// Each state follows the one before it.
    init(through path: [PackedState], rules: Rules) {
        for (before, after) in zip(path, path.dropFirst()) {
            let step = Successors(of: before, rules: rules).all.first { $0.state == after }
            guard let step else { preconditionFailure("no step leads from a state to the next one") }
            sentences.append(step.sentence)
        }
        end = path.last.map { State($0, rules: rules).summary } ?? ""
    }

    var description: String {
        let lines = sentences.enumerated().map { number, sentence in "\(number + 1). \(sentence)" }
        return (lines + ["and then: \(end)"]).joined(separator: "\n")
    }
}

extension Successors.Successor {
    fileprivate var sentence: String {
        guard let number else { return "\(name)" }
        return "\(name)".split(separator: "#", omittingEmptySubsequences: false).joined(separator: "\(number)")
    }
}

extension State {
    /// The facts that explain why the delivery cannot be settled.
    fileprivate var summary: String {
        let listed = manifests.indices.filter { !manifests[$0].isEmpty }.map { "manifest \($0) \(manifests[$0])" }
        let busy = sweeps.indices.map { sweeps[$0].phase }.filter { $0 != .idle }.map { "\($0)" }
        return [
            "the task \(isGone ? "has ended" : "runs"), acknowledged \(acknowledged), imported \(imported)",
            listed.isEmpty ? "no manifest" : listed.joined(separator: ", "),
            marker ? "the marker exists" : "no marker", audit == .none ? "no audit" : "the audit exists",
            "executions \(executions), pending events \(events)",
            busy.isEmpty ? "no sweep" : "sweeps: \(busy.joined(separator: " and "))",
        ].joined(separator: "; ")
    }
}
