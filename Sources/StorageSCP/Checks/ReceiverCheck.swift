// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// `--check`: looks at everything that the receiver needs, without serving. A check that fails does not stop the others.
package struct ReceiverCheck: Sendable {
    private let environment: [String: String]
    private let now: Date

    package init(environment: [String: String] = ProcessInfo.processInfo.environment, now: Date = Date()) {
        self.environment = environment
        self.now = now
    }

    /// Calls `report` with each result as soon as it is known. Returns whether none failed.
    package func run(report: (CheckResult) -> Void) async -> Bool {
        var hasFailed = false
        func add(_ results: [CheckResult]) {
            for result in results {
                report(result)
                if result.outcome == .failed { hasFailed = true }
            }
        }
        let settings = CheckedSettings(environment: environment)
        add(settings.results)
        add(UnknownSetting.all(in: environment).map(Self.result))
        guard let configuration = settings.configuration else {
            add([.notChecked("everything else", because: "the settings")])
            return false
        }
        add(AccessCheck(configuration: configuration, settings: settings).results())
        if let tls = configuration.tls {
            add(CertificateCheck(settings: tls, now: now).results())
        } else if let name = settings.unusable([ReceiverSettings.tlsCertificate.name]) {
            add([.notChecked("TLS port", because: name)])
        }
        add(await ofStore(configuration, settings))
        add(
            await CommitmentCheck(configuration: configuration, settings: settings, environment: environment).results())
        add(await RouteCheck(configuration: configuration, environment: environment, settings: settings).results())
        add(await PortCheck(configuration: configuration, settings: settings).results())
        return !hasFailed
    }

    private func ofStore(_ configuration: Configuration, _ settings: CheckedSettings) async -> [CheckResult] {
        if let name = settings.unusable([ReceiverSettings.bucket.name]) {
            return [.notChecked("store", because: name)]
        }
        switch configuration.storage {
        case .directory(let path): return FolderCheck(path: path).results()
        case .bucket(let bucket):
            let check = BucketCheck(
                bucket: bucket, environment: environment, leaseSeconds: configuration.taskLeaseSeconds)
            return await check.results()
        }
    }

    private static func result(_ setting: UnknownSetting) -> CheckResult {
        CheckResult(
            .warning, setting.name, "is not a setting and has no effect; the nearest is \(setting.nearest)",
            remedy: "rename it to \(setting.nearest), or unset it")
    }
}
