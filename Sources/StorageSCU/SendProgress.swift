// SPDX-License-Identifier: Apache-2.0

/// How far the sending of files is.
package struct SendProgress: Hashable, Sendable {
    package var totalFiles = 0
    package var totalBytes: Int64 = 0
    /// Files with a result.
    package var files = 0
    /// Bytes of data sets on their way. A file that is sent again counts again, but never beyond the total.
    package var bytes: Int64 = 0
    package var elapsed: Duration = .zero

    package init() {}

    private var seconds: Double { elapsed / .seconds(1) }

    /// Bytes a second since the beginning.
    private var rate: Double { seconds > 0 ? Double(bytes) / seconds : 0 }

    private var fraction: Double {
        if totalBytes > 0 { return Double(min(bytes, totalBytes)) / Double(totalBytes) }
        return totalFiles > 0 ? Double(files) / Double(totalFiles) : 0
    }

    /// `nil` while it cannot be estimated.
    private var secondsLeft: Double? {
        guard bytes > 0, seconds >= 1 else { return nil }
        return Double(max(0, totalBytes - bytes)) / rate
    }

    /// `312/1000 files, 1.2 of 3.4 GB, 118 MB/s, 0:19 left`.
    package var text: String {
        let sent = min(bytes, totalBytes)
        var parts = ["\(files)/\(totalFiles) files", "\(Self.size(Double(sent))) of \(Self.size(Double(totalBytes)))"]
        if seconds > 0, bytes > 0 { parts.append("\(Self.size(rate))/s") }
        if let secondsLeft { parts.append("\(Self.time(secondsLeft)) left") }
        return parts.joined(separator: ", ")
    }

    /// The text behind a bar, not wider than a terminal of `width` columns; without the bar if there is no room for it.
    package func line(width: Int) -> String {
        let text = text
        let room = width - text.utf8.count - 4
        guard room >= 10 else { return String(text.prefix(max(0, width - 1))) }
        let length = min(room, 40)
        let filled = Int(fraction * Double(length))
        return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: length - filled) + "] "
            + text
    }

    /// Three digits and a decimal unit.
    package static func size(_ bytes: Double) -> String {
        var value = bytes
        var units = ["B", "kB", "MB", "GB", "TB"][...]
        while value >= 999.5, units.count > 1 {
            value /= 1000
            units.removeFirst()
        }
        let isWhole = value >= 99.95 || units.first == "B"
        let tenths = Int((value * 10).rounded())
        let number = isWhole ? "\(Int(value.rounded()))" : "\(tenths / 10).\(tenths % 10)"
        return "\(number) \(units.first ?? "")"
    }

    /// `1:02:03`, `0:19`.
    package static func time(_ seconds: Double) -> String {
        let whole = Int(min(seconds.rounded(), 359_999))
        let pad = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (whole / 3600, whole / 60 % 60)
        return hours > 0 ? "\(hours):\(pad(minutes)):\(pad(whole % 60))" : "\(minutes):\(pad(whole % 60))"
    }
}
