/// What a C-STORE-RSP says. The comment, cut to 64 characters, is sent with a failure only.
package struct StoreOutcome: Hashable, Sendable {
    package let status: DIMSEStatus
    package let errorComment: String?

    package init(status: DIMSEStatus, errorComment: String? = nil) {
        self.status = status
        self.errorComment = errorComment
    }
}
