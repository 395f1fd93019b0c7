/// A folder in which the receiver can write nothing.
struct UnusableFolderError: Error, Equatable, CustomStringConvertible {
    let directory: String
    let cause: FileError

    var description: String {
        "STORAGE_DIRECTORY, \(directory), cannot be written: \(cause). Without DICOM_BUCKET instances are kept there"
    }
}
