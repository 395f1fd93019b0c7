// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import StorageSCP

@Suite("Uploads in progress")
struct UploadsInProgressTests {
    @Test("Waiting for the uploads ends when the last upload has ended")
    func none() async {
        let uploads = UploadsInProgress()
        await uploads.waitUntilNone()
        uploads.begin()
        async let none: Void = uploads.waitUntilNone()
        for _ in 0..<100 { await Task.yield() }
        uploads.end()
        await none
    }
}
