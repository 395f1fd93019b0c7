// SPDX-License-Identifier: Apache-2.0

/// The number of images that have been given to an import job, over time.
package struct StartCurve: Sendable {
    package let points: [(time: Double, images: Int)]

    package init(_ starts: some Sequence<(time: Double, images: Int)>) {
        var images = 0
        points = starts.map { start in
            images += start.images
            return (start.time, images)
        }
    }
}
