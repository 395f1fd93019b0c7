// SPDX-License-Identifier: Apache-2.0

/// Runs the model of the delivery protocol and prints the verdict of each run, with a story for each violated run. The
/// arguments name the runs; without names all of them run, and with `--long` the long ones too.
@main
struct DeliveryModel {
    static func main() async {
        let names = Set(CommandLine.arguments.dropFirst()).subtracting(["--long"])
        let isLong = CommandLine.arguments.contains("--long") || !names.isEmpty
        let runs = Run.designed + (isLong ? Run.designedLong : []) + Run.withoutSecondLook + Run.mutants
        await withTaskGroup(of: String.self) { group in
            for run in runs where names.isEmpty || names.contains(run.name) {
                group.addTask { run.report() }
            }
            for await report in group { print(report + "\n") }
        }
    }
}

extension Run {
    fileprivate func report() -> String {
        let start = ContinuousClock.now
        let exploration = Exploration(rules: rules)
        let time = start.duration(to: .now).components
        let effort = "\(exploration.stateCount) states, \(time.seconds).\(time.attoseconds / 100_000_000_000_000_000) s"
        switch exploration.verdict {
        case .holds: return "\(name): holds, \(effort)"
        case .violated(let story): return "\(name): violated after \(story.sentences.count) steps, \(effort)\n\(story)"
        }
    }
}
