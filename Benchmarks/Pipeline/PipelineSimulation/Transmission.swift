/// What one association sends of one study in one stretch.
package struct Transmission: Sendable {
    package var sender: String
    package var study: String
    /// Of the first image and of the last acknowledgement.
    package var (begin, end): (Double, Double)
    package var images: Int
    /// The association is released at its end; otherwise it goes on to another study.
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
