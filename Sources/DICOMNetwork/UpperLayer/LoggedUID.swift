import DICOM

/// What a peer wrote where a UID belongs, for logs: the UID, or how long the text is that is not one.
package struct LoggedUID: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ text: String) {
        let isUID = (try? UID(text)) != nil
        description = isUID ? text : "not a UID, \(text.unicodeScalars.count) characters"
    }
}
