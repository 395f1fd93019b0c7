// SPDX-License-Identifier: Apache-2.0

/// The ages of a delivery, in seconds, at which something happens to it.
package enum DeliveryAge {
    /// A receiver acknowledges no instance of a delivery that was opened longer ago than this.
    ///
    /// A task may be considered gone because its clock stood still. It does not know that a sweep has closed its
    /// delivery, and goes on acknowledging instances. The second look finds these. It must come later than the last of
    /// them, even if the clock of the task was behind by as much time again.
    package static let maximumOfAcknowledgement = 43_200
    /// The age, counted from its closing, at which a delivery that a sweep closed is looked at for the second time.
    package static let secondLook = 86_400
}
