// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

extension Credentials {
    /// Decodes the JSON in which containers, instances and processes provide credentials.
    package init(document: [UInt8], of source: String) throws(CredentialsError) {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(document)) else {
            throw .answerMalformed(of: source, missing: "AccessKeyId and SecretAccessKey")
        }
        let expiration = document.Expiration.flatMap { try? Date($0, strategy: .iso8601) }
        guard expiration != nil || document.Expiration == nil else {
            throw .answerMalformed(of: source, missing: "Expiration")
        }
        self.init(
            accessKeyID: document.AccessKeyId, secretAccessKey: document.SecretAccessKey,
            sessionToken: document.Token ?? document.SessionToken, expiration: expiration)
    }

    /// Members are spelled as in the JSON. A process calls the token `SessionToken`, the others `Token`.
    private struct Document: Decodable {
        let AccessKeyId: String
        let SecretAccessKey: String
        let Token: String?
        let SessionToken: String?
        let Expiration: String?
    }
}
