/// How many operations may be outstanding at once, seen from the association's requestor. 0: any number.
///
/// Without this sub-item it is one. PS3.7 §D.3.3.3.
package struct AsynchronousOperationsWindow: Hashable, Sendable {
    /// That the requestor may have begun and not seen answered.
    package var maximumOperationsInvoked: UInt16
    /// That it would perform for the acceptor.
    package var maximumOperationsPerformed: UInt16

    package init(maximumOperationsInvoked: UInt16, maximumOperationsPerformed: UInt16) {
        self.maximumOperationsInvoked = maximumOperationsInvoked
        self.maximumOperationsPerformed = maximumOperationsPerformed
    }

    /// What is agreed upon: no more than either side wants.
    ///
    /// We ask nothing of the requestor, so what it performs is answered with one, the least there is.
    func limited(to maximum: UInt16) -> AsynchronousOperationsWindow {
        AsynchronousOperationsWindow(
            maximumOperationsInvoked: maximumOperationsInvoked == 0 ? maximum : min(maximumOperationsInvoked, maximum),
            maximumOperationsPerformed: 1)
    }
}
