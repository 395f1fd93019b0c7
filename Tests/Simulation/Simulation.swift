// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Synchronization

/// Runs the real code of the delivery protocol against a modelled AWS: see docs/simulation.md.
@main
struct Simulation {
    /// The first seeds of a range, this many, run twice; both runs must be identical.
    private static let repeatedSeeds: UInt64 = 50

    static func main() throws {
        makeHashingDeterministic()
        let options: Options
        do {
            options = try Options(CommandLine.arguments.dropFirst())
        } catch {
            print(error)
            exit(2)
        }
        let isGood =
            switch options.command {
            case .seeds(let seeds): run(seeds, options)
            case .seed(let seed): replay(seed, options)
            case .mutants: findMutants(options)
            }
        exit(isGood ? 0 : 1)
    }

    private static func run(_ seeds: Range<UInt64>, _ options: Options) -> Bool {
        let clock = ContinuousClock()
        let start = clock.now
        let next = Atomic(seeds.lowerBound)
        let failures = Mutex<[(seed: UInt64, violation: String)]>([])
        DispatchQueue.concurrentPerform(iterations: options.jobs) { _ in
            while true {
                let seed = next.add(1, ordering: .relaxed).oldValue
                guard seed < seeds.upperBound else { return }
                let run = Run(seed: seed, mutant: options.makeMutant())
                if let violation = run.violation { failures.withLock { $0.append((seed, violation)) } }
                guard seed - seeds.lowerBound < Self.repeatedSeeds else { continue }
                if Run(seed: seed, mutant: options.makeMutant()).hash != run.hash {
                    failures.withLock { $0.append((seed, "the second run with this seed was different")) }
                }
            }
        }
        let seconds = (clock.now - start) / .seconds(1)
        let found = failures.withLock { $0.sorted { $0.seed < $1.seed } }
        for (seed, violation) in found.prefix(10) { print("seed \(seed): \(violation)") }
        if let first = found.first { print("replay: Simulation --seed \(first.seed) --trace") }
        print(
            "\(seeds.count) seeds, \(found.count) failed, \(Int(seconds)) s, \(Int(Double(seeds.count) / seconds)) a second"
        )
        return found.isEmpty
    }

    private static func replay(_ seed: UInt64, _ options: Options) -> Bool {
        let run = Run(seed: seed, mutant: options.makeMutant(), isTraced: options.isTraced)
        print(
            "seed \(seed): \(run.violation ?? "everything was imported"), \(run.acknowledged) acknowledged, \(run.steps) steps, hash \(String(run.hash, radix: 16))"
        )
        return run.violation == nil
    }

    private static func findMutants(_ options: Options) -> Bool {
        let next = Atomic(0)
        let missed = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: options.jobs) { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < MutantList.all.count else { return }
                let mutant = MutantList.all[index]
                let found = (1...UInt64(mutant.seeds)).lazy.map { Run(seed: $0, mutant: mutant.make()) }.first {
                    $0.violation != nil
                }
                if let found, let violation = found.violation {
                    print("\(mutant.name): found by seed \(found.seed), \(violation)")
                } else {
                    missed.add(1, ordering: .relaxed)
                    print("\(mutant.name): NOT FOUND by \(mutant.seeds) seeds")
                }
                fflush(nil)
            }
        }
        return missed.load(ordering: .relaxed) == 0
    }

    /// Without this setting the order of a dictionary's elements differs from process to process.
    private static func makeHashingDeterministic() {
        guard getenv("SWIFT_DETERMINISTIC_HASHING") == nil else { return }
        setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
        execv("/proc/self/exe", CommandLine.unsafeArgv)
        print("the simulation could not restart itself with deterministic hashing: errno \(errno)")
        exit(2)
    }
}
