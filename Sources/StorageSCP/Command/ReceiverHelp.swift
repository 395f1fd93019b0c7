// SPDX-License-Identifier: Apache-2.0

/// What `--help` prints: every setting, from the table that also reads it.
package enum ReceiverHelp {
    /// For the terminal that standard output goes to.
    package static var text: String { text(columns: TextColumns.current) }

    static func text(columns: Int) -> String {
        func wrap(_ text: String, indent: Int = 0) -> String {
            TextColumns.wrap(text, columns: columns, indent: indent)
        }
        func paragraphs(_ settings: [SettingDescription]) -> [String] {
            settings.map { setting in
                ([wrap(setting.heading, indent: 2)]
                    + setting.sentences.map { wrap($0, indent: 6) }).joined(separator: "\n")
            }
        }
        let variables = AWSVariable.all.map { variable in
            wrap(variable.names.joined(separator: ", "), indent: 2) + "\n" + wrap(variable.purpose, indent: 6)
        }
        let parts =
            [
                "usage: StoreSCP [--check | --version | --help]",
                wrap(
                    """
                    Receives DICOM images by C-STORE and stores them in an S3 bucket or in a folder, until it gets \
                    SIGTERM or SIGINT. It has no arguments besides these; its settings are environment variables.
                    """),
                options.map { name, purpose in
                    "  \(name)\(String(repeating: " ", count: 13 - name.count))"
                        + wrap(purpose, indent: 15).drop { $0 == " " }
                }.joined(separator: "\n"),
                "Settings:",
            ]
            + paragraphs(ReceiverSettings.general)
            + [
                "Limits:",
                wrap("What a peer may make the receiver hold, and how long the receiver waits for it.", indent: 2),
            ]
            + paragraphs(ReceiverSettings.limits)
            + [
                "Variables of AWS's tools:",
                wrap(
                    """
                    Needed with DICOM_BUCKET only. Region and credentials are found as the AWS CLI finds them. HTTP \
                    proxies are those of http_proxy, https_proxy, all_proxy and no_proxy.
                    """, indent: 2),
            ]
            + variables
            + [wrap("More: docs/configuration.md. To see what is wrong with the settings at hand: StoreSCP --check.")]
        return parts.joined(separator: "\n\n")
    }

    private static let options = [
        ("--check", "Checks settings, certificates, credentials, store and ports. Exits with 1 if one failed."),
        ("--version", "The versions of the receiver and of what is linked into it."),
        ("-h, --help", "This text."),
    ]
}

extension SettingDescription {
    /// Such as `SCP_PORT (default: 11112; 0 to 65535)`.
    fileprivate var heading: String {
        let facts = [defaultText.map { "default: \($0)" }, values].compactMap { $0 }
        return facts.isEmpty ? name : "\(name) (\(Self.plain(facts.joined(separator: "; "))))"
    }

    fileprivate var sentences: [String] {
        [
            Self.plain(purpose),
            beyond.map { "Beyond it: \(Self.plain($0))." },
            section.map { "See \"\($0.title)\" in docs/\(Self.page(of: $0))." },
        ].compactMap { $0 }
    }

    /// Without the marks of Markdown.
    private static func plain(_ text: String) -> String { text.filter { $0 != "`" } }

    private static func page(of section: Section) -> Substring {
        let page = section.link.prefix { $0 != "#" }
        return page.isEmpty ? "configuration.md" : page
    }
}
