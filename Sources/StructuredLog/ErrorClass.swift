/// What somebody who asked for something can do about an error.
package enum ErrorClass: String, Sendable {
    /// Whatever was asked is able to do it, but not now: wait, however long it takes.
    case busy = "Busy"
    /// Something broke on the way: the same request may succeed when it is sent again.
    case transient = "Transient"
    /// The same request fails each time.
    case permanent = "Permanent"
}
