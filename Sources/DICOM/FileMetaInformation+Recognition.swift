extension FileMetaInformation {
    /// Whether the bytes begin like a file, where a data set alone was due.
    ///
    /// True for a preamble with `DICM`, and for `DICM` without a preamble. Needs 132 bytes to be sure of a no. PS3.10 §7.1;
    /// PS3.7 §9.3.1 sends the data set only.
    package static func looksLikePart10Prefix(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.starts(with: prefix) || bytes.dropFirst(preambleLength).starts(with: prefix)
    }
}
