// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

/// The reason why HealthImaging did not import an instance, as far as the table may contain it. The table holds no
/// patient's data.
///
/// The messages of the service are not documented, and may quote the content of a file. So only words are repeated that
/// cannot be a value of a patient's: see `isHarmless`. `…` replaces the others; the report has the whole message.
struct HealthImagingReason: Equatable {
    let text: String
    let isComplete: Bool

    init(_ message: String) {
        let scalars = message.unicodeScalars.prefix(DocumentLimits.maximumMessageLength)
        var words: [Substring] = []
        var closing: Unicode.Scalar?
        for word in Substring(scalars).split(whereSeparator: \.isWhitespace) {
            var isHarmless = closing == nil
            if closing == nil, let first = word.unicodeScalars.first, let end = Self.closing[first] {
                closing = end
                isHarmless = false
            }
            if let end = closing, Self.ends(word, with: end) { closing = nil }
            if isHarmless, Self.isHarmless(word) {
                words.append(word)
            } else if words.last != "…" {
                words.append("…")
            }
        }
        text = words.joined(separator: " ")
        isComplete = !words.contains("…") && scalars.count == message.unicodeScalars.count
    }

    /// Text between these is most likely a value.
    private static let closing: [Unicode.Scalar: Unicode.Scalar] = [
        "\"": "\"", "'": "'", "`": "`", "“": "”", "‘": "’", "«": "»", "[": "]", "<": ">", "{": "}",
    ]

    private static let punctuation: [Unicode.Scalar] = [".", ",", ":", ";", "!", "?", ")"]

    /// A word of one character, such as `'`, does not end a quotation.
    private static func ends(_ word: Substring, with closing: Unicode.Scalar) -> Bool {
        let scalars = word.unicodeScalars.dropFirst()
        return scalars.last { !punctuation.contains($0) } == closing
    }

    /// Capitalised words with which messages begin, and names from the standard and from AWS.
    private static let known: Set<Substring> = [
        "A", "An", "The", "This", "Access", "AccessDenied", "Attribute", "Denied", "Element", "Error", "Expected",
        "Failed", "File", "Invalid", "Missing", "Object", "Part", "Unable", "Unsupported", "Value", "AWS", "DICOM",
        "HealthImaging", "HTJ2K", "IAM", "ID", "JPEG", "KMS", "RLE", "S3", "SOP", "UID", "UIDs", "VR",
    ]

    /// Parts of the keywords of the standard, and of the names of exceptions. A name such as McDonald contains none of
    /// them.
    private static let partsOfKeywords = [
        "UID", "ID", "Patient", "Study", "Series", "Instance", "Image", "Pixel", "Frame", "Syntax", "Sequence",
        "Character",
        "Date", "Time", "Number", "Description", "Exception", "Error",
    ]

    /// Harmless are words in lower-case letters, known words, keywords, tags, UIDs, and numbers of at most four digits,
    /// such as lengths. Names and identifiers begin with a capital letter, contain a `^`, or have more digits.
    private static func isHarmless(_ word: Substring) -> Bool {
        var core = word.unicodeScalars[...]
        if core.first == "(" { core.removeFirst() }
        while let last = core.last, punctuation.contains(last) { core.removeLast() }
        let text = Substring(core)
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return false }
        let isLowerCase = text.allSatisfy { $0.isLowercase || $0 == "-" || $0 == "'" }
        let isNumber = text.utf8.count <= 4 && text.allSatisfy(\.isNumber)
        return isLowerCase || isNumber || known.contains(text) || isKeyword(text) || isTag(text) || isUID(text)
    }

    private static func isKeyword(_ text: Substring) -> Bool {
        text.allSatisfy(\.isLetter) && text.dropFirst().contains(where: \.isUppercase)
            && partsOfKeywords.contains { text.contains($0) }
    }

    /// `0010,0020`
    private static func isTag(_ text: Substring) -> Bool {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { $0.utf8.count == 4 && $0.allSatisfy(\.isHexDigit) }
    }

    private static func isUID(_ text: Substring) -> Bool {
        text.utf8.count <= 64 && text.count { $0 == "." } >= 3 && text.allSatisfy { $0.isNumber || $0 == "." }
    }
}
