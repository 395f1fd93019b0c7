// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials

extension STSClient.Role {
    /// CloudTrail shows this name.
    static var defaultSessionName: String { "dicom-store-scp-\(Int(Date().timeIntervalSince1970))" }
}
