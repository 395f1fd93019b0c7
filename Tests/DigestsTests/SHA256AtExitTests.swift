// SPDX-License-Identifier: Apache-2.0

import Digests
import Dispatch
import Glibc
import Testing

@Suite("SHA-256 while the process exits")
struct SHA256AtExitTests {
    @Test("The process exits cleanly while other threads compute digests")
    func exits() async {
        await #expect(processExitsWith: .success) {
            // Exit handlers run in reverse order of registration: this one runs last and delays the end of the process.
            atexit { usleep(300_000) }
            for _ in 0..<4 {
                DispatchQueue.global().async { while true { _ = SHA256.hash([1, 2, 3]) } }
            }
            usleep(50_000)
            exit(0)
        }
    }
}
