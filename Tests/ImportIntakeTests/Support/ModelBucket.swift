// SPDX-License-Identifier: Apache-2.0

import AWS
import ByteComparison
import Foundation
import Synchronization

@testable import ImportIntake
@testable import ImportPipeline

/// A bucket of small objects in memory. It records every change, and fails when a test wants it to.
final class ModelBucket: IntakeBucket, InboxBucket {
    struct Failure: Error {}

    private struct Entry: Sendable {
        let body: [UInt8]
        let lastModified: Date
        let eTag: String

        init(_ body: [UInt8], at date: Date) {
            self.body = body
            lastModified = date
            eTag = "\"\(body.count)-\(body.prefix(1_000).hashValue)\""
        }

        func listed(key: String) -> S3Client.ListedObject {
            .init(key: key, size: body.count, lastModified: lastModified, eTag: eTag)
        }
    }

    private struct State {
        var entries = OrderedEntries<Entry>()
        /// Keys that are listed but do not exist: for a prefix with more objects than a test wants to create.
        var listedBeside = OrderedEntries<Entry>()
        var now = Date(timeIntervalSince1970: 1_795_535_599)
        var calls: [String] = []
        /// A call whose record begins with this text fails once.
        var failing: String?
    }

    private let state = Mutex(State())

    var keys: [String] { state.withLock { $0.entries.keys.map(\.text) } }

    /// The calls of the bucket, one line for each: `put key`, `read key`.
    var calls: [String] { state.withLock { $0.calls } }

    var now: Date {
        get { state.withLock { $0.now } }
        set { state.withLock { $0.now = newValue } }
    }

    subscript(key: String) -> String? {
        get { state.withLock { $0.entries[key].map { String(decoding: $0.body, as: UTF8.self) } } }
        set {
            state.withLock { state in
                state.entries[key] = newValue.map { Entry(Array($0.utf8), at: state.now) }
            }
        }
    }

    func put(_ body: [UInt8], key: String) {
        state.withLock { $0.entries[key] = Entry(body, at: $0.now) }
    }

    func list(beside keys: [String]) {
        state.withLock { state in
            for key in keys { state.listedBeside[key] = Entry([0], at: state.now) }
        }
    }

    /// Makes the next call fail whose record begins with this text, such as `remove open/`.
    func fail(at call: String) {
        state.withLock { $0.failing = call }
    }

    func forgetCalls() {
        state.withLock { $0.calls = [] }
    }

    private func call<Value>(_ text: String, _ work: (inout State) throws -> Value) throws -> Value {
        try state.withLock { state in
            state.calls.append(text)
            if let failing = state.failing, text.hasPrefix(failing) {
                state.failing = nil
                throw Failure()
            }
            return try work(&state)
        }
    }

    // MARK: IntakeBucket

    func putDocument(_ body: [UInt8], key: String) async throws {
        try call("put \(key)") { $0.entries[key] = Entry(body, at: $0.now) }
    }

    func createDocument(_ body: [UInt8], key: String) async throws -> Bool {
        try call("create \(key)") { state in
            guard state.entries[key] == nil else { return false }
            state.entries[key] = Entry(body, at: state.now)
            return true
        }
    }

    func document(key: String) async throws -> [UInt8]? {
        let body = try call("read \(key)") { $0.entries[key]?.body }
        guard body?.count ?? 0 <= DocumentLimits.maximumBytes else { throw DocumentError(expected: "less") }
        return body
    }

    func removeDocument(key: String) async throws {
        try call("remove \(key)") { $0.entries[key] = nil }
    }

    func list(prefix: String, startingAfter start: String?, maximum: Int) async throws -> S3Client.Listing {
        try call("list \(prefix)") { state in
            // One more tells whether the listing is complete.
            let keys = [state.entries, state.listedBeside].flatMap {
                $0.keys(prefix: prefix, after: start ?? "", maximum: maximum + 1)
            }.sorted()
            let objects = keys.prefix(maximum).compactMap { key in
                (state.entries[key.text] ?? state.listedBeside[key.text])?.listed(key: key.text)
            }
            return S3Client.Listing(objects: objects, isComplete: keys.count <= maximum)
        }
    }

    func folders(prefix: String) async throws -> [String] {
        try call("folders \(prefix)") { state in
            let keys = state.entries.keys(prefix: prefix, after: "", maximum: .max)
            return Set(keys.compactMap { $0.text.dropFirst(prefix.count).split(separator: "/").first.map(String.init) })
                .sorted()
        }
    }

    // MARK: InboxBucket

    func head(key: String) async throws -> S3Client.ListedObject? {
        try call("head \(key)") { $0.entries[key]?.listed(key: key) }
    }

    func read(_ object: S3Client.ListedObject, range: Range<Int>) async throws -> [UInt8] {
        try call("read \(object.key)") { Array(try Self.entry(of: object, in: $0).body[range]) }
    }

    func copy(_ object: S3Client.ListedObject, to key: String) async throws {
        try call("copy \(object.key) \(key)") { state in
            state.entries[key] = Entry(try Self.entry(of: object, in: state).body, at: state.now)
        }
    }

    func remove(_ object: S3Client.ListedObject) async throws {
        try call("remove \(object.key)") { state in
            _ = try Self.entry(of: object, in: state)
            state.entries[object.key] = nil
        }
    }

    private static func entry(of object: S3Client.ListedObject, in state: State) throws -> Entry {
        guard let entry = state.entries[object.key], entry.listed(key: object.key).eTag == object.eTag else {
            throw InboxObjectChanged()
        }
        return entry
    }
}
