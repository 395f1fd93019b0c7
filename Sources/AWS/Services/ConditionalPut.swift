/// How a conditional write went.
package enum ConditionalPut: Sendable {
    case written
    /// The condition does not hold for this item; nil: there is none.
    case refused(by: [String: DynamoDBAttribute]?)
}
