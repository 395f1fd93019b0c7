// SPDX-License-Identifier: Apache-2.0

import Foundation
import StructuredLog

@testable import CheckStatus
@testable import ImportPipeline

extension ImportVerdict {
    /// `nil` while the job has not ended.
    var findings: ImportFindings? {
        if case .ended(_, _, let findings) = self { findings } else { nil }
    }

    /// The attributes of the item that the findings set.
    var attributes: [String: String] {
        guard let findings else { return [:] }
        let ending = ImportJobUpdate.Ending(
            outcome, at: Date(timeIntervalSince1970: 0), findings, isStartedAgain: false)
        return ImportJobItem(ImportJobUpdate(ending: ending)).attributes.filter {
            !["outcome", "endedAt"].contains($0.key)
        }
    }

    /// `nil` while the job has not ended.
    var cause: ErrorClass? {
        if case .ended(_, let cause, _) = self { cause } else { nil }
    }
}
