import Foundation

/// The medians of one workload, with their ratios to the first program's, and the spread of the throughput.
struct ResultTable {
    let workload: Workload
    let programs: [String]
    let results: [[Measurement]]

    func print() {
        Swift.print("\n| \(workload.name) | objects/s | MB/s | p50 ms | p99 ms | CPU s/GB | peak RSS MiB |")
        Swift.print("|---|---|---|---|---|---|---|")
        for (index, name) in programs.enumerated() where !results[index].isEmpty {
            let spread = results[index].map(\.objectsPerSecond).sorted()
            let cells = [
                "\(cell(\.objectsPerSecond, index)) (\(rounded(spread.first ?? 0))–\(rounded(spread.last ?? 0)))",
                rounded(median(\.megabytesPerSecond, index)), rounded(median(\.medianMilliseconds, index)),
                rounded(median(\.p99Milliseconds, index)), cell(\.cpuSecondsPerGigabyte, index),
                rounded(median(\.peakMebibytes, index)),
            ]
            Swift.print("| \(name) | \(cells.joined(separator: " | ")) |")
        }
        fflush(nil)
    }

    private func cell(_ value: KeyPath<Measurement, Double>, _ index: Int) -> String {
        let own = median(value, index)
        guard index > 0, !results[0].isEmpty else { return rounded(own) }
        return "\(rounded(own)) ×\(String(format: "%.2f", own / median(value, 0)))"
    }

    private func median(_ value: KeyPath<Measurement, Double>, _ index: Int) -> Double {
        let sorted = results[index].map { $0[keyPath: value] }.sorted()
        return sorted[sorted.count / 2]
    }

    private func rounded(_ number: Double) -> String {
        String(format: number < 10 ? "%.2f" : number < 100 ? "%.1f" : "%.0f", number)
    }
}
