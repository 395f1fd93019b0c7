// SPDX-License-Identifier: Apache-2.0

/// How many operations may be outstanding at the same time, as the association's requestor sees it. 0: any number.
///
/// Without this sub-item the number is 1. PS3.7 §D.3.3.3.
package struct AsynchronousOperationsWindow: Hashable, Sendable {
    /// Operations that the requestor has begun and that we have not answered yet.
    package var maximumOperationsInvoked: UInt16
    /// Operations that the requestor performs for the acceptor.
    package var maximumOperationsPerformed: UInt16

    package init(maximumOperationsInvoked: UInt16, maximumOperationsPerformed: UInt16) {
        self.maximumOperationsInvoked = maximumOperationsInvoked
        self.maximumOperationsPerformed = maximumOperationsPerformed
    }

    /// The window that both sides agree on: the smaller of both numbers.
    ///
    /// We never invoke an operation on the requestor, so `maximumOperationsPerformed` is 1, the smallest value.
    func limited(to maximum: UInt16) -> AsynchronousOperationsWindow {
        AsynchronousOperationsWindow(
            maximumOperationsInvoked: maximumOperationsInvoked == 0 ? maximum : min(maximumOperationsInvoked, maximum),
            maximumOperationsPerformed: 1)
    }
}
