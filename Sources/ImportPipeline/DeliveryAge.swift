/// What may happen to a delivery at which age, in seconds.
package enum DeliveryAge {
    /// A receiver acknowledges nothing in a delivery that was opened longer ago.
    ///
    /// A task that was taken for gone, because its clock stood still, does not know that its delivery was closed in its place. What
    /// it acknowledges there is found by the second look, which has to come later, whatever the clock has missed: up to as
    /// long again.
    package static let maximumOfAcknowledgement = 43_200
    /// When a delivery that was closed in its task's place is looked at a second time, counted from its closing.
    package static let secondLook = 86_400
}
