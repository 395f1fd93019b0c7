// SPDX-License-Identifier: Apache-2.0

extension FileMetaInformation {
    /// Whether the bytes begin like a DICOM file, where only a data set was expected.
    ///
    /// True for a preamble with `DICM`, and for `DICM` without a preamble. False is certain only for at least 132
    /// bytes. PS3.10 §7.1; according to PS3.7 §9.3.1 only the data set is sent.
    package static func looksLikePart10Prefix(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.starts(with: prefix) || bytes.dropFirst(preambleLength).starts(with: prefix)
    }
}
