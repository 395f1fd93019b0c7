/// The parts of an absolute URL that a signature covers, as they stand in it.
struct RequestTarget {
    let host: String
    let path: String
    let query: Substring?

    /// It looks at bytes, not at characters: those take ten times as long, and a URL has no others than of ASCII.
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

    /// A client leaves the default port out of the `Host` header.
    private static func withoutDefaultPort(_ authority: Substring, scheme: Substring) -> String {
        let port = scheme == "https" ? ":443" : ":80"
        let hasIt = authority.utf8.suffix(port.utf8.count).elementsEqual(port.utf8)
        return String(hasIt ? authority.dropLast(port.count) : authority)
    }
}
