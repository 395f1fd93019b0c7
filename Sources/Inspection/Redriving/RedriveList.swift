// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

/// What is neither imported nor being imported.
package struct RedriveList: Codable, Sendable, Equatable {
    package struct Study: Codable, Sendable, Hashable {
        package var uid: String
        package var instanceCount: Int
    }

    /// One import.
    package struct Entry: Codable, Sendable, Equatable {
        /// The delivery's id; a further manifest has a number behind it.
        package var name: String
        /// The key of the item; `nil` without an item.
        package var jobId: String?
        package var outcome: String?
        package var importedCount: Int?
        package var instanceCount: Int?
        package var endedAt: String?
        package var message: String
        /// The only study of a bundle that was not imported completely.
        package var incompleteStudy: Study?

        /// An import whose execution ended and wrote nothing.
        package init(silent name: String) {
            self.name = name
            message = Redrive.silence
        }

        /// `nil` if the item has no key.
        package init?(_ item: [String: String]) {
            func text(_ attribute: ImportJobAttribute) -> String? { item[attribute.rawValue] }
            guard let name = Self.name(of: item) else { return nil }
            self.name = name
            jobId = text(.jobId)
            outcome = text(.outcome)
            importedCount = text(.importedCount).flatMap { Int($0) }
            instanceCount = text(.instanceCount).flatMap { Int($0) }
            endedAt = text(.endedAt)
            message = text(.message) ?? ""
            if let uid = text(.incompleteStudyInstanceUID),
                let count = text(.incompleteStudyInstanceCount).flatMap({ Int($0) })
            {
                incompleteStudy = Study(uid: uid, instanceCount: count)
            }
        }

        /// The name is that of the job's output folder, or the item's key if no job was started.
        static func name(of item: [String: String]) -> String? {
            item[ImportJobAttribute.outputS3Uri.rawValue]?.split(separator: "/").last.map(String.init)
                ?? item[ImportJobAttribute.jobId.rawValue]
        }

        package var isSilent: Bool { outcome == nil }

        /// A delivery's name stands for all of its imports.
        func belongs(to names: Set<String>) -> Bool {
            names.contains(name) || (ImportID(name).map { names.contains($0.delivery.description) } ?? false)
        }
    }

    package var imports: [Entry] = []
    /// By the queues to which they go back.
    package var deadLetters: [String: Int] = [:]
    /// `false`: there is more than one redrive lists.
    package var isComplete = true

    package init() {}

    package var isEmpty: Bool { imports.isEmpty && deadLetters.values.allSatisfy { $0 == 0 } }
}

/// What a redrive did with one import.
package enum RedriveResult: Sendable, Equatable {
    case started(String, as: String)
    /// Not started, and why.
    case left(String, String)
    /// Started, but its item changed since it was listed, so it stays listed.
    case changed(String)
}
