// SPDX-License-Identifier: Apache-2.0

import Inspection

/// Reads an instance and makes a small picture of it, a few at one time.
actor ThumbnailMaker {
    private let inspector: any PipelineInspector
    private let limits: ConsoleLimits
    private var running = 0

    init(inspector: any PipelineInspector, limits: ConsoleLimits) {
        self.inspector = inspector
        self.limits = limits
    }

    func response(for instance: InstanceTrace) async -> ConsoleResponse {
        guard running < limits.thumbnailsAtOnce else { return ConsoleRouter.busy }
        running += 1
        defer { running -= 1 }
        do {
            let thumbnail = try await thumbnail(of: instance)
            return ConsoleResponse(
                200, type: thumbnail.type, body: thumbnail.bytes,
                fields: [
                    ("Cache-Control", "no-store"), ("Image-Size", "\(thumbnail.columns)x\(thumbnail.rows)"),
                    ("Image-Frame", "\(thumbnail.frame)/\(thumbnail.frames)"), ("Image-Note", thumbnail.note),
                    ("Image-Inverted", thumbnail.isInverted ? "yes" : "no"),
                ])
        } catch let error as ThumbnailError {
            return .problem(422, error.problem)
        } catch {
            return .problem(502, ReadingProblem.problem(of: error))
        }
    }

    private func thumbnail(of instance: InstanceTrace) async throws -> Thumbnail {
        if let uid = instance.transferSyntaxUID { try Thumbnail.checkTransferSyntax(uid) }
        guard let key = instance.key else { throw ThumbnailError.notStored }
        guard let byteCount = instance.byteCount else { throw ThumbnailError.unknownSize }
        guard byteCount <= limits.instanceBytes else {
            throw ThumbnailError.tooLarge(bytes: byteCount, maximum: limits.instanceBytes)
        }
        guard let file = try await inspector.instance(key: key) else { throw ThumbnailError.notStored }
        return try await Self.thumbnail(of: file, side: limits.thumbnailSide)
    }

    /// Outside the actor, so that others are answered meanwhile.
    @concurrent
    private static func thumbnail(of file: [UInt8], side: Int) async throws -> Thumbnail {
        try Thumbnail(of: file, side: side)
    }
}
