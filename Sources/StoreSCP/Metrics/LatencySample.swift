import StructuredLog

/// As many of any number of latencies as one line of metrics takes, each as likely as any other (reservoir sampling), and the
/// greatest of all.
struct LatencySample {
    private var sample: [Double] = []
    private var seen = 0
    private var greatest = 0.0

    mutating func add(_ value: Double) {
        seen += 1
        greatest = max(greatest, value)
        if sample.count < EmbeddedMetrics.Metric.maximumValues - 1 {
            sample.append(value)
        } else {
            let place = Int.random(in: 0..<seen)
            if place < sample.count { sample[place] = value }
        }
    }

    var values: [Double] {
        seen > sample.count ? sample + [greatest] : sample
    }
}
