// SPDX-License-Identifier: Apache-2.0

/// How values become grey. PS3.3 §C.11.2.1.2, the linear function.
struct GreyWindow {
    private let low: Double
    private let high: Double
    /// For people.
    let how: String

    init(center: Double, width: Double) {
        low = center - 0.5 - (width - 1) / 2
        high = center - 0.5 + (width - 1) / 2
        how = "window of the data set"
    }

    /// From the least to the greatest value.
    init(low: Double, high: Double) {
        (self.low, self.high) = low <= high ? (low, high) : (0, 0)
        how = "from the least to the greatest value"
    }

    func grey(_ value: Double, inverted: Bool) -> UInt8 {
        let share = high > low ? max(0, min(1, (value - low) / (high - low))) : (value > low ? 1 : 0)
        let grey = UInt8((share * 255).rounded())
        return inverted ? 255 - grey : grey
    }
}
