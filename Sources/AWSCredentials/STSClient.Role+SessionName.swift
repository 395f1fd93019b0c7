import AWS
import FoundationEssentials

extension STSClient.Role {
    /// It stands in CloudTrail.
    static var defaultSessionName: String { "dicom-store-scp-\(Int(Date().timeIntervalSince1970))" }
}
