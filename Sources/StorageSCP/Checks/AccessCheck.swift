// SPDX-License-Identifier: Apache-2.0

/// Who may send: the rules and the user identities. Whether they can be read is checked with the settings.
struct AccessCheck {
    let configuration: Configuration
    let settings: CheckedSettings

    func results() -> [CheckResult] {
        let rules = ReceiverSettings.accessRules.name
        let titles = ReceiverSettings.requireCallingAETitle.name
        if let name = settings.unusable([rules, titles]) { return [.notChecked("access", because: name)] }
        var results: [CheckResult] = []
        if let found = configuration.accessRules {
            results.append(ofRules(found))
        } else if configuration.callingAETitles.isEmpty {
            results.append(
                CheckResult(.ok, "access", "no rules: every sender that reaches the port may store (ACCESS_RULES)"))
        } else {
            results.append(CheckResult(.ok, "access", "\(configuration.callingAETitles.count) calling AE titles"))
        }
        let identity = configuration.userIdentity
        if !identity.kinds.isEmpty {
            let service = identity.url == nil ? "" : "; USER_IDENTITY_URL is asked about others (not checked)"
            results.append(
                CheckResult(.ok, "user identity", "required; \(identity.users.count) users are listed\(service)"))
        }
        return results
    }

    private func ofRules(_ rules: [AccessRule]) -> CheckResult {
        let name = ReceiverSettings.accessRules.name
        guard rules.contains(where: { $0.rights.contains(.store) }) else {
            return CheckResult(
                .warning, name, "\(rules.count) rules, none of which has the right to store",
                remedy: "add a rule with \"rights\": [\"store\"]")
        }
        let titles = configuration.callingAETitles
        let unlisted = titles.isEmpty ? [] : rules.map(\.callingAETitle).filter { !titles.contains($0) }
        guard unlisted.isEmpty else {
            return CheckResult(
                .warning, name,
                "\(unlisted.count) of \(rules.count) rules have titles that REQUIRE_CALLING_AE_TITLE rejects",
                remedy: "add these titles to REQUIRE_CALLING_AE_TITLE, or unset it: rules alone suffice")
        }
        return CheckResult(.ok, name, "\(rules.count) rules")
    }
}
