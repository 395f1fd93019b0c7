// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// What HealthImaging says about each file, in the lines of a job's `SUCCESS`, `WARNING` and `FAILURE` folders.
package struct JobResults: Sendable, Equatable {
    package enum Folder: String, CaseIterable, Sendable {
        // Read first: these lines are few, and none of them must be missed.
        case failure = "FAILURE"
        /// Files that were imported with a warning. It is unverified whether `SUCCESS` names them too: they count in
        /// either folder.
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
        /// HealthImaging cannot return single frames of the instance.
        package let framesUnavailable: Bool
    }

    /// The image set of an instance, as far as HealthImaging names it.
    package struct ImageSetPlace: Sendable, Equatable {
        package var imageSetId: String?
        package var imageSetVersion: Int?
        package var isPrimary: Bool?
        package var warningCodes: Set<Int> = []
    }

    /// A place in the output that cannot be read: what it says is not known.
    package struct UnreadablePlace: Codable, Sendable, Equatable {
        /// The path of the file below the job's folder.
        package let file: String
        /// From 1; `nil` for the whole file, or for further files.
        package let line: Int?
        package let expected: String
    }

    /// Keys of objects that a line names as imported, even if another line says that they failed.
    package private(set) var imported: Set<ByteText> = []
    /// The image sets, by the keys of the imported objects.
    package private(set) var places: [ByteText: ImageSetPlace] = [:]
    /// Imported objects in an image set that is not primary, because their attributes contradict the primary one.
    package private(set) var nonPrimary: Set<ByteText> = []
    /// Imported objects that HealthImaging warns about.
    package private(set) var warned: Set<ByteText> = []
    /// The same objects with the warnings, up to `DocumentLimits.maximumNamedWarningBytes`.
    package private(set) var warnings: [WarnedFile] = []
    package private(set) var failed: [FailedFile] = []
    package private(set) var failedKeys: Set<ByteText> = []
    /// At most `DocumentLimits.maximumNamedPlaces`.
    package private(set) var unreadable: [UnreadablePlace] = []
    package private(set) var unreadableCount = 0
    private var lineCount = 0
    private var namedWarningBytes = 0

    package init() {}

    /// Whether everything that HealthImaging wrote about single files was read.
    package var isComplete: Bool { unreadableCount == 0 }

    /// Takes a file of a folder. A line that cannot be read is noted; the other lines count.
    package mutating func add(_ lines: [UInt8], of file: String, in folder: Folder) {
        var number = 0
        var rest = lines[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            let line = rest[..<end]
            rest = rest[end...].dropFirst()
            number += 1
            // A line of white space, such as the carriage return of a Windows line, is not a document.
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
