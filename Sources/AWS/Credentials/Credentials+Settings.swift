// SPDX-License-Identifier: Apache-2.0

extension Credentials {
    /// Reads an access key from settings with these names, of the environment or of a profile; `nil` if there is no id.
    package init?(
        in settings: [String: String], id: String, secret: String, token: String, of source: String
    ) throws(CredentialsError) {
        guard let accessKeyID = settings.nonEmpty(id) else { return nil }
        guard let secretAccessKey = settings.nonEmpty(secret) else {
            throw .unusable(of: source, problem: "it has \(id) without \(secret)")
        }
        self.init(
            accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: settings.nonEmpty(token))
    }

    /// Reads `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
    package init?(environment: [String: String]) throws(CredentialsError) {
        try self.init(
            in: environment, id: "AWS_ACCESS_KEY_ID", secret: "AWS_SECRET_ACCESS_KEY", token: "AWS_SESSION_TOKEN",
            of: "the environment")
    }
}
