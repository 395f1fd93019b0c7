// SPDX-License-Identifier: Apache-2.0

/// The receiver cannot write into the storage folder.
struct UnusableFolderError: Error, Equatable, CustomStringConvertible {
    let directory: String
    let cause: FileError

    var description: String {
        "STORAGE_DIRECTORY, \(directory), cannot be written: \(cause). Without DICOM_BUCKET, instances are stored there"
    }
}
