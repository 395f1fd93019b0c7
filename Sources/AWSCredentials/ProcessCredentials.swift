// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials
import HTTP

/// `credential_process`: a program that prints credentials as JSON.
struct ProcessCredentials: CredentialsSource {
    private static let timeoutSeconds = 60
    private static let maximumOutputBytes = 64 << 10

    let profile: Profile

    func credentials() async throws -> Credentials? {
        guard let command = profile["credential_process"] else { return nil }
        guard let words = ShellWords.split(command), !words.isEmpty else {
            throw problem("a quote in its command is not closed")
        }
        let output = try await withCheckedThrowingContinuation { continuation in
            DetachedThread.start {
                continuation.resume(
                    with: Result {
                        try ChildProcess.output(
                            of: words, maximumBytes: Self.maximumOutputBytes, timeoutSeconds: Self.timeoutSeconds)
                    }.mapError { problem("\($0)") })
            }
        }
        guard let version = try? JSONDecoder().decode(Version.self, from: Data(output)), version.Version == 1 else {
            throw problem("expected a JSON document whose Version is 1")
        }
        return try Credentials(document: output, of: "credential_process")
    }

    private struct Version: Decodable {
        let Version: Int
    }

    private func problem(_ text: String) -> any Error {
        CredentialsError.unusable(of: "credential_process of the AWS profile \"\(profile.name)\"", problem: text)
    }
}
