import AWS
import Dispatch
import Glibc
import Testing

@Suite("SHA-256 while the process exits")
struct SHA256AtExitTests {
    @Test("Other threads may go on computing")
    func exits() async {
        for _ in 0..<5 {
            await #expect(processExitsWith: .success) {
                for _ in 0..<8 {
                    DispatchQueue.global().async { while true { _ = SHA256.hash([1, 2, 3]) } }
                }
                usleep(50_000)
                exit(0)
            }
        }
    }
}
