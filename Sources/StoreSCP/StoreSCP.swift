// SPDX-License-Identifier: Apache-2.0

import StorageSCP

@main
struct StoreSCP {
    static func main() async {
        await ReceiverProcess().run()
    }
}
