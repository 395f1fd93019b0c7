// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing

@testable import StorageSCP

@Suite("Uploads in progress", .timeLimit(.minutes(1)))
struct UploadsInProgressTests {
    @Test("Waiting for the uploads ends when the last upload has ended")
    func none() async {
        let uploads = UploadsInProgress()
        await uploads.waitUntilNone()
        uploads.begin()
        uploads.begin()
        let isNone = Atomic(false)
        await withTaskGroup { group in
            group.addTask {
                await uploads.waitUntilNone()
                isNone.store(true, ordering: .relaxed)
            }
            for _ in 0..<100 { await Task.yield() }
            uploads.end()
            for _ in 0..<100 { await Task.yield() }
            let early = isNone.load(ordering: .relaxed)
            #expect(!early)
            uploads.end()
        }
        let late = isNone.load(ordering: .relaxed)
        #expect(late)
    }
}
