/// What the caller of a request sees when it fails, whether or not it was carried out.
struct RequestFailed: Error {}
