// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import StorageSCP

@Suite("Versions")
struct VersionTests {
    private struct Resolved: Decodable {
        struct Pin: Decodable {
            struct State: Decodable {
                let version: String
            }
            let identity: String
            let state: State
        }
        let pins: [Pin]
    }

    private static func file(_ name: String) throws -> Data {
        try Data(contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../\(name)"))
    }

    @Test("The versions of the Swift packages are those that SwiftPM has resolved")
    func packages() throws {
        let pins = try JSONDecoder().decode(Resolved.self, from: Self.file("Package.resolved")).pins
        let resolved = Dictionary(uniqueKeysWithValues: pins.map { ($0.identity, $0.state.version) })
        let listed = LinkedVersions.ofPackages.filter { $0.name.hasPrefix("swift-") }
        #expect(listed.count == 7)
        for (name, version) in listed { #expect(resolved[name] == version) }
    }

    @Test("The changelog names the version, as released or as the next one")
    func changelog() throws {
        let text = String(decoding: try Self.file("CHANGELOG.md"), as: UTF8.self)
        let latest = try #require(text.firstMatch(of: /\n## \[(.+?)\]/)?.1)
        if ProductVersion.text.hasSuffix("-dev") {
            #expect(latest == "Unreleased")
            #expect(text.contains("the version is `\(ProductVersion.text)`"))
        } else {
            #expect(latest == ProductVersion.text)
        }
    }

    @Test("The Implementation Version Name has the version's first number and fits into its element")
    func implementationVersionName() {
        #expect(StorageService.implementationVersionName == "SWIFT_STORE_1")
        #expect(ProductVersion.text.hasPrefix("1."))
        #expect(StorageService.implementationVersionName.utf8.count <= 16)
    }

    @Test("--version has a line for each library and package")
    func text() {
        let lines = LinkedVersions.text.split(separator: "\n")
        #expect(lines.first == "StoreSCP \(ProductVersion.text) (Implementation Version Name SWIFT_STORE_1)")
        #expect(lines.count == 1 + LinkedVersions.ofLibraries.count + LinkedVersions.ofPackages.count)
        #expect(lines.allSatisfy { $0.contains(/^[\w-]+ \S*[0-9a-f]/) })
    }
}
