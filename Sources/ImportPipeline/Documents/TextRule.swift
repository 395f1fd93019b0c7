// SPDX-License-Identifier: Apache-2.0

import DICOM

/// The form that a text in a document from outside must have.
package struct TextRule: Sendable {
    package let expected: String
    package let allows: @Sendable (String) -> Bool

    /// PS3.5 §9.1, checked by `UID`.
    static let uid = TextRule(expected: "a UID (PS3.5 §9.1)") { (try? UID($0)) != nil }

    /// A UID of an object of the inbox.
    static let uidInKeys = TextRule(expected: "a UID, or the SHA-256 of one", allows: BucketLayout.isComponent)

    static let studyDate = TextRule(expected: "a date of eight digits, YYYYMMDD") { text in
        text.utf8.count == 8 && text.utf8.allSatisfy(\.isDigit)
    }

    /// The form that `PipelineJSON.timestamp` writes.
    static let timestamp = TextRule(expected: "a time such as 2026-11-23T23:51:52Z") { text in
        let form = "dddd-dd-ddTdd:dd:ddZ".utf8
        return text.utf8.count == form.count
            && zip(text.utf8, form).allSatisfy { $1 == UInt8(ascii: "d") ? $0.isDigit : $0 == $1 }
    }

    /// A receiver removes the padding, and writes a question mark for any other character.
    static let aeTitle = TextRule(expected: "an AE title: at most 16 printable ASCII characters") { text in
        text.utf8.count <= 16 && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }

    /// The longest address has 45 characters: an IPv6 address that ends in an IPv4 address.
    static let peer = TextRule(expected: "an IP address or \"unknown\"") { text in
        text == "unknown"
            || (1...45).contains(text.utf8.count)
                && text.utf8.allSatisfy { $0.isHexadecimalDigit || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
    }

    static let objectKey = TextRule(expected: "an object's key: 1 to 1024 bytes") {
        (1...1_024).contains($0.utf8.count)
    }

    /// The name becomes part of a host name: with other characters, requests and the credentials in them would go to
    /// another host.
    static let bucket = TextRule(expected: "a bucket's name: 3 to 63 of a-z, 0-9, hyphen and dot") { text in
        (3...63).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0.isDigit || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: ".")
            }
            && text.utf8.first != UInt8(ascii: ".") && text.utf8.last != UInt8(ascii: ".")
    }

    static let s3URI = TextRule(expected: "a URI such as s3://bucket/prefix/") { (try? S3URI($0)) != nil }

    /// It becomes a header of a request. It is empty if the event has none.
    static let eTag = TextRule(expected: "an ETag: letters, digits and hyphens, at most 128") { text in
        text.utf8.count <= 128 && text.utf8.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "-") }
    }

    static let checksum = TextRule(expected: "a CRC-32 in Base64") { text in
        text.utf8.count <= 8
            && text.utf8.allSatisfy { $0.isAlphanumeric || "+/=".utf8.contains($0) }
    }

    /// `[0-9a-z]{1,32}` in AWS's model of the service; other harmless characters are accepted too.
    static let jobID = TextRule(expected: "an import job's id: 1 to 64 letters, digits, hyphens, dots and underscores")
    {
        text in
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(\.isOfName)
    }

    /// AWS's model of the service.
    package static let datastoreID = TextRule(expected: "a data store's id: 32 lower case letters and digits") { text in
        text.utf8.count == 32
            && text.utf8.allSatisfy { $0.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
    }

    package static let route = TextRule(
        expected: "a route's name: 1 to 32 letters, digits, hyphens, dots and underscores"
    ) { text in
        (1...32).contains(text.utf8.count) && text.utf8.allSatisfy(\.isOfName)
    }

    /// Step Functions answers a text of another length with a validation error each time, and not with the error of a
    /// token that has expired.
    static let taskToken = TextRule(expected: "a task token of Step Functions: 1 to 2048 bytes") {
        (1...2_048).contains($0.utf8.count)
    }

    /// It becomes part of a client token, which has at most 64 characters.
    static let redrive = TextRule(expected: "at most 18 letters, digits, hyphens, dots and underscores") { text in
        (1...18).contains(text.utf8.count) && text.utf8.allSatisfy(\.isOfName)
    }
}

extension UInt8 {
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    var isLowerCaseHexadecimalDigit: Bool { isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self) }

    fileprivate var isHexadecimalDigit: Bool {
        isLowerCaseHexadecimalDigit || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(self)
    }

    /// `nil` for any other byte.
    var hexadecimalValue: UInt8? { isHexadecimalDigit ? (isDigit ? self & 0x0F : (self & 0x0F) + 9) : nil }

    var isAlphanumeric: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }

    fileprivate var isOfName: Bool { isAlphanumeric || "-._".utf8.contains(self) }
}
