// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// When the caller of an asynchronous step may go on. Most steps need no wait, and then a future would cost more than
/// the step.
package enum Readiness {
    case now
    /// When the future completes. What a failure means is said by the step.
    case after(EventLoopFuture<Void>)

    package func future(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        switch self {
        case .now: eventLoop.makeSucceededVoidFuture()
        case .after(let future): future
        }
    }
}
