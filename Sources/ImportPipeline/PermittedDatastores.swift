// SPDX-License-Identifier: Apache-2.0

import StructuredLog

/// The data stores into which the pipeline may import. The template allows the roles these, and no others.
package struct PermittedDatastores: Sendable, Equatable {
    /// Where a delivery goes that names none; `nil` if the function does not know it.
    package let standard: String?
    private let further: Set<String>

    /// `further`: ids, separated by commas or spaces.
    package init(standard: String?, further: String?) {
        self.standard = standard
        self.further = Set((further ?? "").split { $0 == "," || $0 == " " }.map(String.init))
    }

    /// From `DATASTORE_ID` and `ALLOWED_DATASTORE_IDS`.
    package init(environment: [String: String]) {
        self.init(
            standard: environment[PipelineSetting.datastoreID.name],
            further: environment[PipelineSetting.allowedDatastoreIDs.name])
    }

    package func contains(_ id: String) -> Bool { id == standard || further.contains(id) }

    /// Why nothing is imported into this data store, as a sentence; `nil` if it is permitted.
    package func problem(with id: String?) -> String? {
        guard let id, !contains(id) else { return nil }
        return """
            the delivery is for data store \(id), expected one that the pipeline may import into: DatastoreId, or one of \
            DatastoreId2 to DatastoreId5 of its template
            """
    }
}

/// An import for a data store into which the pipeline may not import.
package struct DatastoreNotPermitted: NamedError, Equatable, CustomStringConvertible {
    package let description: String

    package init(description: String) {
        self.description = description
    }

    package var errorClass: ErrorClass? { .permanent }
}
