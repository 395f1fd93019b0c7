import ByteComparison

/// What HealthImaging says of each file, in the lines of a job's `SUCCESS`, `WARNING` and `FAILURE` folders.
package struct JobResults: Sendable, Equatable {
    package enum Folder: String, CaseIterable, Sendable {
        // What is short, and must not be missed, is read first.
        case failure = "FAILURE"
        /// Files that were imported. Whether they are in `SUCCESS` too is unverified: they count wherever they are.
        case warning = "WARNING"
        case success = "SUCCESS"
    }

    package struct FailedFile: Codable, Sendable, Equatable {
        package let key: String
        package let errorType: String
        package let message: String
    }

    package struct WarnedFile: Codable, Sendable, Equatable {
        package let key: String
        package let warnings: [ImportWarning]
        /// HealthImaging cannot give out single frames of the instance.
        package let framesUnavailable: Bool
    }

    /// Where an instance went to, as far as HealthImaging says so.
    package struct ImageSetPlace: Sendable, Equatable {
        package var imageSetId: String?
        package var imageSetVersion: Int?
        package var isPrimary: Bool?
        package var warningCodes: Set<Int> = []
    }

    /// Something in the output that cannot be read: what it says is not known.
    package struct UnreadablePlace: Codable, Sendable, Equatable {
        /// Below the job's folder.
        package let file: String
        /// From 1; nil: the whole file, or further ones.
        package let line: Int?
        package let expected: String
    }

    /// Keys of objects that were imported. One that failed as well is among them.
    package private(set) var imported: Set<ByteText> = []
    /// By the keys of objects that were imported.
    package private(set) var places: [ByteText: ImageSetPlace] = [:]
    /// Of those, the ones that went into an image set that is not primary, since their attributes contradict it.
    package private(set) var nonPrimary: Set<ByteText> = []
    /// Of those, the ones that HealthImaging warns of.
    package private(set) var warned: Set<ByteText> = []
    /// The same with what it says, as far as `DocumentLimits.maximumNamedWarningBytes` go.
    package private(set) var warnings: [WarnedFile] = []
    package private(set) var failed: [FailedFile] = []
    package private(set) var failedKeys: Set<ByteText> = []
    /// As far as `DocumentLimits.maximumNamedPlaces` go.
    package private(set) var unreadable: [UnreadablePlace] = []
    package private(set) var unreadableCount = 0
    private var lineCount = 0
    private var namedWarningBytes = 0

    package init() {}

    /// Whether everything that HealthImaging wrote about single files was read.
    package var isComplete: Bool { unreadableCount == 0 }

    /// Takes a file of such a folder. A line that cannot be read is noted; the others count.
    package mutating func add(_ lines: [UInt8], of file: String, in folder: Folder) {
        var number = 0
        var rest = lines[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            let line = rest[..<end]
            rest = rest[end...].dropFirst()
            number += 1
            // Spaces, such as the carriage return of a Windows line, are no document.
            guard line.contains(where: { $0 > UInt8(ascii: " ") }) else { continue }
            guard lineCount < DocumentLimits.maximumResultLines else {
                return note(file, line: number, expected: "at most \(DocumentLimits.maximumResultLines) lines in all")
            }
            lineCount += 1
            do {
                try add(line, in: folder)
            } catch {
                note(file, line: number, expected: error.description)
            }
        }
    }

    package mutating func note(_ file: String, line: Int? = nil, expected: String) {
        unreadableCount += 1
        guard unreadable.count < DocumentLimits.maximumNamedPlaces else { return }
        unreadable.append(UnreadablePlace(file: file, line: line, expected: expected))
    }

    private mutating func add(_ line: ArraySlice<UInt8>, in folder: Folder) throws(DocumentError) {
        guard folder != .failure else {
            return add(try PipelineJSON.decode(FailedLine.self, from: Array(line)))
        }
        let file = try PipelineJSON.decode(ImportedLine.self, from: Array(line))
        let key = ByteText(file.inputFile)
        imported.insert(key)
        note(file, of: key)
        if file.isPrimary == false { nonPrimary.insert(key) }
        guard folder == .warning || !file.warnings.isEmpty else { return }
        warned.insert(key)
        namedWarningBytes += line.count
        guard namedWarningBytes <= DocumentLimits.maximumNamedWarningBytes else { return }
        warnings.append(
            WarnedFile(
                key: file.inputFile, warnings: file.warnings,
                framesUnavailable: file.warnings.contains(where: \.meansFramesUnavailable)))
    }

    /// A file with warnings may have two lines.
    private mutating func note(_ file: ImportedLine, of key: ByteText) {
        var place = places[key] ?? ImageSetPlace()
        place.imageSetId = file.imageSetId ?? place.imageSetId
        place.imageSetVersion = file.imageSetVersion ?? place.imageSetVersion
        place.isPrimary = file.isPrimary ?? place.isPrimary
        place.warningCodes.formUnion(file.warnings.compactMap(\.code))
        places[key] = place
    }

    private mutating func add(_ file: FailedLine) {
        failedKeys.insert(ByteText(file.inputFile))
        failed.append(
            FailedFile(
                key: file.inputFile, errorType: file.exceptionType ?? "unknown",
                message: file.message ?? "HealthImaging gives no reason"))
    }
}
