// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore

extension Readiness {
    /// `nil` if the step is ready now.
    var pending: EventLoopFuture<Void>? {
        switch self {
        case .now: nil
        case .after(let future): future
        }
    }
}
