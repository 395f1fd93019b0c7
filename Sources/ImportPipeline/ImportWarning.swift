// SPDX-License-Identifier: Apache-2.0

/// A warning of HealthImaging about a file that it imported. Only the report holds the message, which may quote what
/// the file contains.
package struct ImportWarning: Decodable, Encodable, Sendable, Equatable {
    /// Codes of malformed pixel data: HealthImaging returns the whole instance, but no single frame of it.
    private static let codesOfUnavailableFrames = 45_328...45_330

    package let code: Int?
    package let type: String?
    package let message: String?

    private enum LineKeys: String, CodingKey {
        case code = "warning_reason_code"
        case type, message
    }

    package init(from decoder: any Decoder) throws {
        let container = try? decoder.container(keyedBy: LineKeys.self)
        code = container?.readableCount(.code)
        type = container?.readable(String.self, .type).map(DocumentLimits.shortened)
        message = container?.readable(String.self, .message).map(DocumentLimits.shortened)
    }

    package var meansFramesUnavailable: Bool { code.map(Self.codesOfUnavailableFrames.contains) ?? false }
}
