import AWS
import Dispatch
import Glibc
import Testing

@Suite("SHA-256 while the process exits")
struct SHA256AtExitTests {
    @Test("Other threads may go on computing")
    func exits() async {
        await #expect(processExitsWith: .success) {
            // Called last, since it is registered first: the process takes its time to exit.
            atexit { usleep(300_000) }
            for _ in 0..<4 {
                DispatchQueue.global().async { while true { _ = SHA256.hash([1, 2, 3]) } }
            }
            usleep(50_000)
            exit(0)
        }
    }
}
