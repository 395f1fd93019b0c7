import ImportPipeline
import StructuredLog

@testable import CheckStatus

extension ImportVerdict {
    /// `nil` while the job has not ended.
    var findings: ImportFindings? {
        if case .ended(_, _, let findings) = self { findings } else { nil }
    }

    /// `nil` while the job has not ended.
    var cause: ErrorClass? {
        if case .ended(_, let cause, _) = self { cause } else { nil }
    }
}
