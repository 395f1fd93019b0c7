import FoundationEssentials

/// A file of sections in the form that the AWS CLI reads: `[name]`, then `option = value` or `option : value`; a line that is
/// indented more deeply than the option before it goes on with that option's value.
///
/// What is twice there, or is neither of these, is an error as it is for the CLI, whose tools would read another value out of it.
struct INIFile {
    /// Of the names in order: the section's options in lower case, and their values. Lines of one value have line feeds between them.
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

    /// False: the line is none of those that are expected here.
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

    /// The table that a value on lines of its own holds.
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
