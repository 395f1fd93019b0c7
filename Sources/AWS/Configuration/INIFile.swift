// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// A file in the format of the AWS CLI: sections that begin with `[name]` and contain `option = value` or `option :
/// value`. A line that is indented more than the option before it continues that option's value.
///
/// Duplicates and any other lines are errors, as they are for the CLI.
struct INIFile {
    /// By name of the section: its options in lower case, and their values. The lines of one value are joined with line
    /// feeds.
    private(set) var sections: [String: [String: String]] = [:]

    private var section: String?
    private var option: String?
    private var indentation = 0

    init(_ text: String, path: String) throws(AWSConfigurationError) {
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let content = line.trimmed
            guard let first = content.first, first != "#", first != ";" else { continue }
            guard take(content, indentation: line.prefix { $0.isWhitespace }.count) else {
                throw .malformedFile(path: path, line: index + 1)
            }
        }
    }

    /// Returns false if the line is not valid here.
    private mutating func take(_ line: String, indentation: Int) -> Bool {
        if let section, let option, indentation > self.indentation {
            sections[section]?[option]? += "\n" + line
            return true
        }
        self.indentation = indentation
        return line.first == "[" ? begin(line) : set(line)
    }

    private mutating func begin(_ line: String) -> Bool {
        guard let end = line.lastIndex(of: "]") else { return false }
        let name = String(line[..<end].dropFirst())
        guard !name.isEmpty, sections[name] == nil else { return false }
        sections[name] = [:]
        section = name
        option = nil
        return true
    }

    private mutating func set(_ line: String) -> Bool {
        guard let section, let delimiter = line.firstIndex(where: { $0 == "=" || $0 == ":" }) else { return false }
        let name = line[..<delimiter].trimmed.lowercased()
        guard !name.isEmpty, sections[section]?[name] == nil else { return false }
        sections[section]?[name] = line[line.index(after: delimiter)...].trimmed
        option = name
        return true
    }

    /// Parses a value of several lines, each of which is `name = value`.
    static func table(_ value: String) -> [String: String] {
        var table: [String: String] = [:]
        for line in value.split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            table[line[..<equals].trimmed.lowercased()] = line[line.index(after: equals)...].trimmed
        }
        return table
    }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        let words = split(whereSeparator: \.isWhitespace)
        guard let first = words.first, let last = words.last else { return "" }
        return String(self[first.startIndex..<last.endIndex])
    }
}
