// SPDX-License-Identifier: Apache-2.0

import CZlib

/// A file of the page. SwiftPM compiles the files of `Page/` into the executable.
struct PageFile: Sendable {
    let type: String
    let content: [UInt8]
    private let etag: String

    private init(_ type: String, _ content: [UInt8]) {
        self.type = type
        self.content = content
        etag = "\"\(crc32(0, content, UInt32(content.count)))-\(content.count)\""
    }

    /// By path.
    static let all: [String: PageFile] = [
        "/": PageFile("text/html; charset=utf-8", PackageResources.index_html),
        "/console.css": PageFile("text/css; charset=utf-8", PackageResources.console_css),
        "/favicon.svg": PageFile("image/svg+xml", PackageResources.favicon_svg),
        "/app.js": script(PackageResources.app_js),
        "/api.js": script(PackageResources.api_js),
        "/charts.js": script(PackageResources.charts_js),
        "/detail.js": script(PackageResources.detail_js),
        "/dom.js": script(PackageResources.dom_js),
        "/first.js": script(PackageResources.first_js),
        "/format.js": script(PackageResources.format_js),
        "/list.js": script(PackageResources.list_js),
        "/overview.js": script(PackageResources.overview_js),
        "/instances.js": script(PackageResources.instances_js),
        "/theme.js": script(PackageResources.theme_js),
        "/row.js": script(PackageResources.row_js),
        "/thumbnail.js": script(PackageResources.thumbnail_js),
    ]

    private static func script(_ content: [UInt8]) -> PageFile { PageFile("text/javascript; charset=utf-8", content) }

    func response(ifNoneMatch: String?) -> ConsoleResponse {
        // The browser keeps the files but asks each time: a new version of the command may have other ones.
        let fields = [("ETag", etag), ("Cache-Control", "no-cache")]
        guard ifNoneMatch != etag else {
            var response = ConsoleResponse(304, type: type, body: [])
            response.fields = fields
            return response
        }
        return ConsoleResponse(200, type: type, body: content, fields: fields)
    }
}
