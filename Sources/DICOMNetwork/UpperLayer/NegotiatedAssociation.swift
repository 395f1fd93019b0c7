/// What came of a request: the contexts that are taken, the window, and the answer that says so.
package struct NegotiatedAssociation: Sendable {
    package let contexts: [UInt8: AcceptedPresentationContext]
    /// How many operations the peer may have outstanding.
    package let maximumOperations: Int
    package let answer: AAssociateAC
}
