import Foundation
import FuzzTargets
import Testing

/// The inputs that the fuzzer starts from, and everything that it ever found.
@Suite("Fuzz inputs")
struct FuzzInputTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "FuzzTargets/Inputs")

    @Test("Each is taken without a trap", arguments: FuzzTarget.allCases)
    func inputs(_ target: FuzzTarget) throws {
        let folder = Self.folder.appending(path: target.rawValue)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(!names.isEmpty)
        for name in names {
            let bytes = [UInt8](try Data(contentsOf: folder.appending(path: name)))
            bytes.withUnsafeBytes { target.run($0) }
        }
    }
}
