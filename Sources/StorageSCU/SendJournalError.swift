// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A journal that cannot be used.
package struct SendJournalError: Error, Hashable, Sendable {
    package let path: String
    package let problem: String

    init(path: String, problem: String) {
        self.path = path
        self.problem = problem
    }

    init(path: String, errno code: CInt) {
        self.init(path: path, problem: String(cString: strerror(code)))
    }
}

extension SendJournalError: CustomStringConvertible {
    package var description: String { "\(path): \(problem)" }
}
