// SPDX-License-Identifier: Apache-2.0

import CZlib

/// The version that zlib reports for itself at run time.
package enum ZlibVersion {
    /// `1.2.13`
    package static let zlib = String(cString: zlibVersion())
}
