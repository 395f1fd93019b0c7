// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A failed system call; the description is the system's text for `errno`.
struct SystemCallError: Error, CustomStringConvertible {
    private let code = errno

    var description: String { String(cString: strerror(code)) }
}
