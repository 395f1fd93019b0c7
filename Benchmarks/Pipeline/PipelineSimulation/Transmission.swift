// SPDX-License-Identifier: Apache-2.0

/// The images of one study that one association sends without a break.
package struct Transmission: Sendable {
    package var sender: String
    package var study: String
    /// The times of the first image and of the last acknowledgement.
    package var (begin, end): (Double, Double)
    package var images: Int
    /// Whether the association is released at the end. Otherwise it goes on with another study.
    package var isReleased: Bool

    package init(sender: String, study: String, begin: Double, end: Double, images: Int, isReleased: Bool = true) {
        self.sender = sender
        self.study = study
        self.begin = begin
        self.end = end
        self.images = images
        self.isReleased = isReleased
    }
}
