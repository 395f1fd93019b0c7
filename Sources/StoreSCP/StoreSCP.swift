// SPDX-License-Identifier: Apache-2.0

import StorageSCP

/// The receiver's process.
@main
struct StoreSCP {
    /// Without an argument there is nothing to parse: a receiver that serves does not pay for the parser.
    static func main() async {
        if CommandLine.arguments.count == 1 {
            await ReceiverProcess().run()
        } else {
            await ReceiverCommand.main()
        }
    }
}
