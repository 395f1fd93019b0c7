// SPDX-License-Identifier: Apache-2.0

/// The result of a conditional write.
package enum ConditionalPut: Sendable {
    case written
    /// The condition does not hold for this existing item; `nil` if no item exists.
    case refused(by: [String: DynamoDBAttribute]?)
}
