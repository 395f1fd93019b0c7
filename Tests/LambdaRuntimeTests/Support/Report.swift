// SPDX-License-Identifier: Apache-2.0

import Foundation

struct Report: Decodable {
    let errorMessage: String
    let errorType: String
    let stackTrace: [String]

    init(_ call: RuntimeAPIServer.Call) throws {
        self = try JSONDecoder().decode(Report.self, from: Data(call.body))
    }
}
