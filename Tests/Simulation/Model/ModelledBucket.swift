// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials
import ImportPipeline

/// The objects in S3. It is strongly consistent: each operation happens at one moment.
// Sendable: a run has one thread.
final class ModelledBucket: @unchecked Sendable {
    struct Object {
        let body: [UInt8]
        let eTag: String
        let lastModified: Date
    }

    static let name = "instances"

    private let scheduler: Scheduler
    private var objects: [String: Object] = [:]
    private var keys: [String] = []
    /// Called for each object that is created or replaced, with the object that was there before.
    var onPut: (_ key: String, _ object: Object, _ replaced: Object?) -> Void = { _, _, _ in }
    var onRemoval: (_ key: String) -> Void = { _ in }

    init(scheduler: Scheduler) {
        self.scheduler = scheduler
    }

    subscript(key: String) -> Object? { objects[key] }

    func put(_ body: [UInt8], key: String) {
        let second = Date(timeIntervalSince1970: scheduler.date.timeIntervalSince1970.rounded(.down))
        let object = Object(body: body, eTag: Self.eTag(of: body), lastModified: second)
        let replaced = objects.updateValue(object, forKey: key)
        if replaced == nil { keys.insert(key, at: index(of: key)) }
        onPut(key, object, replaced)
    }

    /// Returns false if the object already exists, and leaves it as it is.
    func create(_ body: [UInt8], key: String) -> Bool {
        guard objects[key] == nil else { return false }
        put(body, key: key)
        return true
    }

    func remove(_ key: String) {
        guard objects.removeValue(forKey: key) != nil else { return }
        keys.remove(at: index(of: key))
        onRemoval(key)
    }

    /// The first keys with this prefix that follow `key`.
    func keys(prefix: String, after key: String, maximum: Int) -> [String] {
        let start = max(index(of: prefix), index(after: key))
        return Array(keys[start...].prefix { $0.hasPrefix(prefix) }.prefix(maximum))
    }

    func allKeys(prefix: String) -> [String] { keys(prefix: prefix, after: "", maximum: .max) }

    func listed(_ key: String) -> S3Client.ListedObject? {
        objects[key].map {
            S3Client.ListedObject(
                key: key, size: $0.body.count, lastModified: $0.lastModified, eTag: "\"\($0.eTag)\"")
        }
    }

    private func index(of key: String) -> Int { firstIndex { $0 >= key } }
    private func index(after key: String) -> Int { firstIndex { $0 > key } }

    private func firstIndex(where isBehind: (String) -> Bool) -> Int {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(keys[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    private static func eTag(of body: [UInt8]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in body { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return String(hash, radix: 16)
    }
}
