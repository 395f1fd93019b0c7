// SPDX-License-Identifier: Apache-2.0

/// The parts of an absolute URL that a signature covers, unchanged.
struct RequestTarget {
    let host: String
    let path: String
    let query: Substring?

    /// Works on bytes: working on characters takes ten times as long, and a URL is ASCII.
    init(url: String) {
        let schemeEnd = url.utf8.firstIndex(of: UInt8(ascii: ":")) ?? url.endIndex
        let afterScheme = url.utf8[schemeEnd...].dropFirst("://".utf8.count)
        let authorityEnd =
            afterScheme.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? url.endIndex
        let question = afterScheme[authorityEnd...].firstIndex(of: UInt8(ascii: "?"))
        host = Self.withoutDefaultPort(url[afterScheme.startIndex..<authorityEnd], scheme: url[..<schemeEnd])
        path = String(url[authorityEnd..<(question ?? url.endIndex)])
        query = question.map { url[url.utf8.index(after: $0)...] }
    }

    /// HTTP clients omit the default port in the `Host` header.
    private static func withoutDefaultPort(_ authority: Substring, scheme: Substring) -> String {
        let port = scheme == "https" ? ":443" : ":80"
        let hasIt = authority.utf8.suffix(port.utf8.count).elementsEqual(port.utf8)
        return String(hasIt ? authority.dropLast(port.count) : authority)
    }
}
