// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// Values by key, in the order of a listing. A listing looks only at the keys that it returns.
struct OrderedEntries<Value: Sendable>: Sendable {
    private var values: [ByteText: Value] = [:]
    private(set) var keys: [ByteText] = []

    subscript(key: String) -> Value? {
        get { values[ByteText(key)] }
        set {
            let key = ByteText(key)
            let index = index(of: key)
            let old = values[key]
            values[key] = newValue
            if old == nil, newValue != nil { keys.insert(key, at: index) }
            if old != nil, newValue == nil { keys.remove(at: index) }
        }
    }

    /// At most `maximum` keys with this prefix, behind `start`.
    func keys(prefix: String, after start: String, maximum: Int) -> ArraySlice<ByteText> {
        var index = index(of: max(ByteText(prefix), ByteText(start)))
        if index < keys.endIndex, keys[index] == ByteText(start) { index += 1 }
        return keys[index...].prefix(maximum).prefix { $0.text.begins(with: prefix) }
    }

    /// Where the key is, or where it would be inserted.
    private func index(of key: ByteText) -> Int {
        var (low, high) = (keys.startIndex, keys.endIndex)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
