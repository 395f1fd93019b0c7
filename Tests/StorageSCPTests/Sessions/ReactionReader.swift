// SPDX-License-Identifier: Apache-2.0

/// Reads the receiver's PDUs as reactions; a response may be spread over many of them.
struct ReactionReader {
    struct NotUnderstood: Error {
        let pdu: [UInt8]
    }

    private var command: [UInt8] = []

    /// The reactions that the PDU completes.
    mutating func read(_ pdu: [UInt8]) throws -> [Session.Reaction] {
        switch pdu[0] {
        case 2: return [.accept(Self.contextResults(pdu))]
        case 3: return [.reject(result: pdu[7], source: pdu[8], reason: pdu[9])]
        case 4: return try readData(pdu)
        case 5: return [.releaseRequest]
        case 6: return [.release]
        case 7: return [.abort(source: pdu[8], reason: pdu[9])]
        default: throw NotUnderstood(pdu: pdu)
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

    private static func contextResults(_ pdu: [UInt8]) -> [UInt8: UInt8] {
        var results: [UInt8: UInt8] = [:]
        var rest = pdu.dropFirst(74)
        while rest.count >= 4 {
            let start = rest.startIndex
            if rest[start] == 0x21 { results[rest[start + 4]] = rest[start + 6] }
            rest = rest.dropFirst(4 + number(rest[start + 2..<start + 4]))
        }
        return results
    }

    private mutating func readData(_ pdu: [UInt8]) throws -> [Session.Reaction] {
        var reactions: [Session.Reaction] = []
        var rest = pdu.dropFirst(6)
        while rest.count >= 6 {
            let start = rest.startIndex
            let length = Self.number(rest[start..<start + 4])
            command += rest[(start + 6)..<(start + 4 + length)]
            if rest[start + 5] & 2 == 2 {
                let elements = Self.elements(command)
                guard let field = elements[0x0100], let status = elements[0x0900] else {
                    throw NotUnderstood(pdu: command)
                }
                reactions.append(.response(field, status))
                command = []
            }
            rest = rest.dropFirst(4 + length)
        }
        return reactions
    }

    /// The 16-bit elements of a command set.
    private static func elements(_ command: [UInt8]) -> [Int: Int] {
        var elements: [Int: Int] = [:]
        var rest = command[...]
        while rest.count >= 8 {
            let start = rest.startIndex
            let element = Int(rest[start + 2]) | Int(rest[start + 3]) << 8
            let length = Int(rest[start + 4]) | Int(rest[start + 5]) << 8
            if length == 2 { elements[element] = Int(rest[start + 8]) | Int(rest[start + 9]) << 8 }
            rest = rest.dropFirst(8 + length)
        }
        return elements
    }
}
