import Glibc
import LambdaRuntime

/// The tests' function as a process: `_HANDLER` says which of its handlers it runs.
@main
enum SampleFunction {
    static func main() {
        if getenv("_HANDLER").map({ String(cString: $0) }) == "streaming" { Streaming.main() } else { Obedient.main() }
    }
}
