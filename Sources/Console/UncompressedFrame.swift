// SPDX-License-Identifier: Apache-2.0

import DICOM

/// The middle frame of uncompressed pixel data. PS3.3 §C.7.6.3, §C.11.2.1.2; PS3.5 §8.
struct UncompressedFrame {
    struct Picture {
        let png: [UInt8]
        /// From 1.
        let frame: Int
        let how: String
    }

    private enum Kind {
        case grey(inverted: Bool)
        case rgb
        case ybr
    }

    private let file: [UInt8]
    private let pixels: PixelDescription
    private let kind: Kind
    private let frame: Int
    /// Where the frame begins in the file.
    private let start: Int
    private let bytesPerSample: Int

    init(of file: [UInt8], _ pixels: PixelDescription) throws(ThumbnailError) {
        self.file = file
        self.pixels = pixels
        switch (pixels.photometricInterpretation, pixels.samplesPerPixel, pixels.bitsAllocated) {
        case ("MONOCHROME2", 1, 8), ("MONOCHROME2", 1, 16): kind = .grey(inverted: false)
        case ("MONOCHROME1", 1, 8), ("MONOCHROME1", 1, 16): kind = .grey(inverted: true)
        case ("RGB", 3, 8): kind = .rgb
        case ("YBR_FULL", 3, 8): kind = .ybr
        case (let name, let samples, let bits):
            // A code string of the standard; any other text could be a value of the patient in the wrong place.
            let letters = UInt8(ascii: "A")...UInt8(ascii: "Z")
            let isCode = name.utf8.allSatisfy { letters.contains($0) || "0123456789_ ".utf8.contains($0) }
            let known = isCode ? name.prefix(16) : "an unknown photometric interpretation"
            throw .unsupported("\(known) with \(samples) samples of \(bits) bits")
        }
        bytesPerSample = pixels.bitsAllocated / 8
        guard (1...pixels.bitsAllocated).contains(pixels.bitsStored),
            (pixels.bitsStored - 1..<pixels.bitsAllocated).contains(pixels.highBit)
        else { throw .unsupported("\(pixels.bitsStored) bits stored, high bit \(pixels.highBit)") }
        let length = pixels.rows * pixels.columns * pixels.samplesPerPixel * bytesPerSample
        let available = pixels.pixelData.count / length
        guard available >= 1 else {
            throw .pixelDataTooShort(expected: length, got: pixels.pixelData.count)
        }
        frame = min(pixels.frames, available) / 2 + 1
        start = pixels.pixelData.lowerBound + (min(frame, available) - 1) * length
    }

    /// The frame, made smaller so that its longer side is at most `side`.
    func picture(side: Int) -> Picture {
        let factor = max(1, (max(pixels.rows, pixels.columns) + side - 1) / side)
        let (width, height) = (max(1, pixels.columns / factor), max(1, pixels.rows / factor))
        switch kind {
        case .grey(let inverted):
            let window = window()
            let values = averages(width: width, height: height, factor: factor, sample: value)
            let grey = values.map { window.grey($0, inverted: inverted) }
            return Picture(
                png: PNGImage.encoded(grey, width: width, height: height, isColour: false), frame: frame,
                how: window.how)
        case .rgb, .ybr:
            let channels = (0..<3).map { channel in
                averages(width: width, height: height, factor: factor) {
                    Double(file[start + colourOffset($0, channel)])
                }
            }
            var colours: [UInt8] = []
            colours.reserveCapacity(3 * width * height)
            for index in 0..<width * height {
                colours += colour(channels[0][index], channels[1][index], channels[2][index])
            }
            return Picture(
                png: PNGImage.encoded(colours, width: width, height: height, isColour: true), frame: frame,
                how: "colours as sent")
        }
    }

    /// The mean of each square of `factor` × `factor` samples.
    private func averages(width: Int, height: Int, factor: Int, sample: (Int) -> Double) -> [Double] {
        var result: [Double] = []
        result.reserveCapacity(width * height)
        let share = 1 / Double(factor * factor)
        for y in 0..<height {
            for x in 0..<width {
                var sum = 0.0
                for row in y * factor..<min((y + 1) * factor, pixels.rows) {
                    for column in x * factor..<min((x + 1) * factor, pixels.columns) {
                        sum += sample(row * pixels.columns + column)
                    }
                }
                result.append(sum * share)
            }
        }
        return result
    }

    /// The stored value of a sample after the modality's rescaling.
    private func value(_ index: Int) -> Double {
        Double(stored(index)) * pixels.slope + pixels.intercept
    }

    private func stored(_ index: Int) -> Int {
        let raw: Int
        if bytesPerSample == 1 {
            raw = Int(file[start + index])
        } else {
            let (first, second) = (Int(file[start + 2 * index]), Int(file[start + 2 * index + 1]))
            raw = pixels.transferSyntax.byteOrder == .littleEndian ? second << 8 | first : first << 8 | second
        }
        let bits = raw >> (pixels.highBit + 1 - pixels.bitsStored) & (1 << pixels.bitsStored - 1)
        return pixels.isSigned && bits >> (pixels.bitsStored - 1) == 1 ? bits - 1 << pixels.bitsStored : bits
    }

    private func colourOffset(_ index: Int, _ channel: Int) -> Int {
        pixels.isPlanar ? channel * pixels.rows * pixels.columns + index : 3 * index + channel
    }

    private func colour(_ first: Double, _ second: Double, _ third: Double) -> [UInt8] {
        if case .ybr = kind {
            // ITU-T T.871.
            return [
                byte(first + 1.402 * (third - 128)),
                byte(first - 0.344136 * (second - 128) - 0.714136 * (third - 128)),
                byte(first + 1.772 * (second - 128)),
            ]
        }
        return [byte(first), byte(second), byte(third)]
    }

    private func byte(_ value: Double) -> UInt8 { UInt8(max(0, min(255, value.rounded()))) }

    /// The data set's own window, or the range of the frame's values.
    private func window() -> GreyWindow {
        if let center = pixels.windowCenter, let width = pixels.windowWidth, width >= 1 {
            return GreyWindow(center: center, width: width)
        }
        var (low, high) = (Double.infinity, -Double.infinity)
        let padding = pixels.paddingValue.map { bits in
            pixels.isSigned && bits > 0x7FFF ? bits - 0x10000 : bits
        }
        for index in 0..<pixels.rows * pixels.columns {
            let number = stored(index)
            guard number != padding else { continue }
            let value = Double(number) * pixels.slope + pixels.intercept
            low = min(low, value)
            high = max(high, value)
        }
        return GreyWindow(low: low, high: high)
    }
}
