// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopbackHTTP

/// Simulates a container, an instance, STS and IAM Identity Center in the same way as `credential_cases.py`.
enum CredentialPlaces {
    private static let future = "2099-01-01T00:00:00Z"
    private static let key = #""SecretAccessKey":"s","Token":"t","Expiration":"\#(future)""#
    private static let instance = "/latest/meta-data/iam/security-credentials/"

    static func answer(_ request: LoopbackHTTPServer.Request) -> LoopbackHTTPServer.Reply {
        let parts = request.target.split(separator: "?", maxSplits: 1).map(String.init)
        switch (request.method, parts[0]) {
        case ("PUT", "/latest/api/token"): return .status(200, "TOKEN")
        case ("GET", instance): return .status(200, "instance-role")
        case ("GET", "\(instance)instance-role"):
            return .status(200, #"{"Code":"Success","AccessKeyId":"INSTANCE",\#(key)}"#)
        case ("GET", "/container"): return .status(200, #"{"AccessKeyId":"CONTAINER",\#(key)}"#)
        case ("GET", "/federation/credentials") where request.headers["x-amz-sso_bearer_token"] == "sso-token":
            return role(ofIdentityCenter: parameters(parts[1]))
        case ("POST", "/"): return role(asked: parameters(String(decoding: request.body, as: UTF8.self)), request)
        default: return .status(404)
        }
    }

    private static func role(ofIdentityCenter asked: [String: String]) -> LoopbackHTTPServer.Reply {
        let name = "SSO-\(asked["role_name"] ?? "")-\(asked["account_id"] ?? "")"
        return .status(
            200,
            """
            {"roleCredentials":{"accessKeyId":"\(name)","secretAccessKey":"s","sessionToken":"t","expiration":4070908800000}}
            """)
    }

    private static func role(
        asked: [String: String], _ request: LoopbackHTTPServer.Request
    ) -> LoopbackHTTPServer.Reply {
        let name = asked["RoleArn"]?.split(separator: "/").last ?? ""
        var key: String
        if asked["Action"] == "AssumeRole" {
            let credential = request.headers["Authorization"]?.components(separatedBy: "Credential=").last ?? ""
            key = "ROLE-\(name)-BY-\(credential.prefix { $0 != "/" })"
        } else {
            key = "WEB-\(name)-\(asked["WebIdentityToken"] ?? "")"
        }
        if let id = asked["ExternalId"] { key += "-EXT-\(id)" }
        if let session = asked["RoleSessionName"], ["ct-1", "s-1"].contains(session) { key += "-AS-\(session)" }
        return .status(
            200,
            "<R><Credentials><AccessKeyId>\(key)</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
                + "<SessionToken>t</SessionToken><Expiration>\(future)</Expiration></Credentials></R>")
    }

    private static func parameters(_ query: String) -> [String: String] {
        let pairs = query.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        return Dictionary(pairs.map { ($0[0], ($0.count > 1 ? $0[1] : "").removingPercentEncoding ?? "") }) { $1 }
    }
}
