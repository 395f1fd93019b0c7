// SPDX-License-Identifier: Apache-2.0

/// A line of a job's `SUCCESS` or `WARNING` folder: the file was imported. AWS's own sample of such a line contains
/// `"isPrimary": True`, which is not JSON.
package struct ImportedLine: Decodable, Sendable, Equatable {
    package let inputFile: String
    package let imageSetId: String?
    package let imageSetVersion: Int?
    package let isPrimary: Bool?
    package let warnings: [ImportWarning]

    private enum CodingKeys: CodingKey {
        case inputFile, importResponse
    }

    private enum ResponseKeys: CodingKey {
        case imageSetId, imageSetVersion, isPrimary, warnings
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        inputFile = try container.text(.objectKey, .inputFile)
        let response = try? container.nestedContainer(keyedBy: ResponseKeys.self, forKey: .importResponse)
        imageSetId = response?.readableImageSetID(.imageSetId)
        imageSetVersion = response?.readableCount(.imageSetVersion)
        isPrimary = response?.readable(Bool.self, .isPrimary)
        warnings = response?.readable([ImportWarning].self, .warnings) ?? []
    }
}
