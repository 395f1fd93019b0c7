// SPDX-License-Identifier: Apache-2.0

/// Peers that end their side of the connection (`shutdown(SHUT_WR)`) without waiting for an answer.
extension Session {
    private static let dataSet = Wire.dataSet()
    private static let large = Wire.dataSet(pixels: 3 << 20)
    private static let stored = store(dataSet)

    private static func store(_ dataSet: [UInt8]) -> [UInt8] {
        let pieces = stride(from: 0, to: dataSet.count, by: 65536).map { start in
            let end = min(start + 65536, dataSet.count)
            return Wire.data(Wire.pdv(3, end == dataSet.count ? 2 : 0, Array(dataSet[start..<end])))
        }
        return Wire.data(Wire.pdv(3, 3, Wire.store)) + pieces.flatMap { $0 }
    }

    /// ARTIM and the other timeouts are longer than any test runs.
    private static func ending(
        _ title: String, after bytes: [UInt8], reactions: Reaction..., stored: [[UInt8]] = []
    ) -> Session {
        Session(
            title: title, steps: [Step(bytes: bytes, reactions: reactions)], stored: stored,
            settings: ["ASSOCIATION_TIMEOUT": "600", "NETWORK_TIMEOUT": "600", "DIMSE_TIMEOUT": "600"],
            endsBeforeAnswers: true)
    }

    static let halfClosure: [Session] = [
        ending(
            "A peer that ends its side after a data set", after: Wire.request + stored, reactions: .usual, .stored(0),
            stored: [dataSet]),
        ending(
            "A peer that ends its side after a data set of 3 MiB", after: Wire.request + store(large),
            reactions: .usual, .stored(0),
            stored: [large]),
        ending(
            "A peer that ends its side after a release", after: Wire.request + stored + Wire.releaseRQ,
            reactions: .usual, .stored(0), .release, stored: [dataSet]),
        ending(
            "A peer that ends its side after an echo", after: Wire.request + Wire.data(Wire.pdv(1, 3, Wire.echo)),
            reactions: .usual, .echoed),
        ending(
            "A peer that ends its side inside a data set", after: Wire.request + stored.dropLast(10), reactions: .usual),
        ending("A peer that ends its side inside a request", after: Array(Wire.request.dropLast(10))),
    ]
}
