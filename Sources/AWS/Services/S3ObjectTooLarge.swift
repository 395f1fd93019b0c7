// SPDX-License-Identifier: Apache-2.0

import StructuredLog

/// The object, or the requested range of it, has more bytes than the caller allows.
package struct S3ObjectTooLarge: NamedError, Equatable, CustomStringConvertible {
    package let maximum: Int

    package var errorClass: ErrorClass? { .permanent }

    package var description: String { "s3 GetObject: expected at most \(maximum) bytes, but there are more" }
}
