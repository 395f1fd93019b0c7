// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import ImportPipeline

/// `ROUTES`: where the routes are, and the routes themselves as far as they can be read without AWS.
struct RouteSettings: Sendable {
    enum Source: Equatable, Sendable, CustomStringConvertible {
        /// The setting holds them, so they never change.
        case setting
        case file(String)
        /// An object of the bucket of `DICOM_BUCKET`.
        case object(S3URI)

        var description: String {
            switch self {
            case .setting: "the text of the setting"
            case .file(let path): path
            case .object(let uri): "s3://\(uri.bucket)/\(uri.key)"
            }
        }
    }

    /// `nil`: there are no routes.
    let source: Source?
    /// The routes at the start of the receiver; `nil` if they are in an object, which is read later.
    let table: RouteTable?
    /// The file from which `table` was read, as it was before; `nil` for another source.
    let fingerprint: FileFingerprint?
    let reloadSeconds: Int

    init(_ settings: Settings, storage: Configuration.Storage) throws(ConfigurationError) {
        reloadSeconds = try settings.integer(ReceiverSettings.routesReloadSeconds)
        guard let text = settings.text(ReceiverSettings.routes) else {
            source = nil
            table = RouteTable.none
            fingerprint = nil
            return
        }
        if text.begins(with: "s3://") {
            source = .object(try Self.object(text, storage: storage))
            table = nil
            fingerprint = nil
            return
        }
        let isInline = text.first { !$0.isWhitespace }.map { "[{".contains($0) } == true
        source = isInline ? .setting : .file(text)
        // Taken before the file is read: a change in between is noticed by the next look.
        fingerprint = isInline ? nil : FileFingerprint(path: text)
        do {
            table = try isInline ? RouteTable(json: Array(text.utf8)) : RouteTable(file: text)
        } catch {
            throw ConfigurationError(
                // A value that is not an absolute path may be JSON whose beginning is missing, so it is not repeated.
                name: ReceiverSettings.routes.name, value: text.begins(with: "/") ? text : "…",
                expected: "a JSON array of routes, or the path of a file or the URI of an object with one: \(error)")
        }
    }

    /// The receiver has rights on its own bucket only, and its template on one key of it.
    private static func object(
        _ text: String, storage: Configuration.Storage
    ) throws(ConfigurationError) -> S3URI {
        guard let uri = try? S3URI(text), !uri.key.isEmpty, storage == .bucket(uri.bucket) else {
            throw ConfigurationError(
                name: ReceiverSettings.routes.name, value: text,
                expected: "s3://BUCKET/KEY with the bucket of \(ReceiverSettings.bucket.name)")
        }
        return uri
    }
}
