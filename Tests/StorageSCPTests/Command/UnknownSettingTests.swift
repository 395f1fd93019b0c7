// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import StorageSCP

@Suite struct UnknownSettingTests {
    @Test(
        "A mistyped setting is found, with the setting that was meant",
        arguments: [
            ("SCP_PROT", "SCP_PORT"), ("SCP_POTR", "SCP_PORT"), ("DELIVERY_QUIT_SECONDS", "DELIVERY_QUIET_SECONDS"),
            ("DICOM_BUCKETS", "DICOM_BUCKET"), ("DICOMBUCKET", "DICOM_BUCKET"), ("TLS_CERTIFICAT", "TLS_CERTIFICATE"),
            ("TLS_CERT", "TLS_PORT"), ("AE_TITEL", "AE_TITLE"), ("LOGLEVEL", "LOG_LEVEL"), ("Scp_Port", "SCP_PORT"),
            ("HEALTHPORT", "HEALTH_PORT"), ("MAXIMUM_ASSOCIATION", "MAXIMUM_ASSOCIATIONS"),
            ("PROXY_PROTOCOL_FORM", "PROXY_PROTOCOL_FROM"), ("IMPORT_UNITS", "IMPORT_UNIT"),
            ("ACCES_RULES", "ACCESS_RULES"),
        ])
    func mistyped(name: String, nearest: String) {
        #expect(UnknownSetting.all(in: [name: "secret"]).map(\.name) == [name])
        #expect(UnknownSetting.all(in: [name: "secret"]).map(\.nearest) == [nearest])
    }

    @Test("Known settings are not reported")
    func known() {
        let names = (ReceiverSettings.general + ReceiverSettings.limits).map(\.name)
        #expect(UnknownSetting.all(in: Dictionary(uniqueKeysWithValues: names.map { ($0, "1") })) == [])
    }

    @Test("What shells, systemd, ECS, Lambda, Kubernetes, Docker and AWS's tools set is not reported")
    func foreign() {
        let names = """
            PATH HOME USER USERNAME LOGNAME SHELL SHLVL PWD OLDPWD TERM COLUMNS LINES LANG LANGUAGE LC_ALL TZ EDITOR MAIL \
            TMPDIR HOSTNAME HOSTTYPE MACHTYPE OSTYPE container _ DISPLAY SSH_CONNECTION SSH_AUTH_SOCK SSH_PORT XDG_RUNTIME_DIR \
            INVOCATION_ID JOURNAL_STREAM LISTEN_FDS LISTEN_PID NOTIFY_SOCKET WATCHDOG_USEC MAINPID STATE_DIRECTORY LOGS_DIRECTORY \
            CI GITHUB_ACTIONS LD_LIBRARY_PATH LD_PRELOAD DEBIAN_FRONTEND PYTHONPATH MALLOC_ARENA_MAX \
            http_proxy https_proxy no_proxy all_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE \
            AWS_REGION AWS_DEFAULT_REGION AWS_EXECUTION_ENV AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_ENDPOINT_URL AWS_PROFILE \
            ECS_CONTAINER_METADATA_URI ECS_CONTAINER_METADATA_URI_V4 ECS_AGENT_URI ECS_ENABLE_CONTAINER_METADATA \
            KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT KUBERNETES_SERVICE_PORT_HTTPS KUBERNETES_PORT KUBERNETES_PORT_443_TCP \
            KUBERNETES_PORT_443_TCP_PROTO KUBERNETES_PORT_443_TCP_PORT KUBERNETES_PORT_443_TCP_ADDR \
            DICOM_SERVICE_HOST DICOM_SERVICE_PORT DICOM_SERVICE_PORT_DICOM DICOM_PORT_104_TCP DICOM_PORT_104_TCP_PROTO \
            DICOM_PORT_104_TCP_PORT DICOM_PORT_104_TCP_ADDR \
            APP_PORT DB_PORT FTP_PORT SQL_PORT HTTP_PORT MAX_OLD_SPACE LOG_GROUP NETWORK_NAME USER_NAME TASK_ROLE STORE_SCP \
            NODE_ENV JAVA_OPTS TABLE_NAME DATASTORE_ID POLL_SECONDS
            """.split(whereSeparator: \.isWhitespace).map(String.init)
        var environment = Dictionary(uniqueKeysWithValues: names.map { ($0, "value") })
        environment["DICOM_PORT"] = "tcp://10.0.0.1:104"
        environment["TLS_PORT_443_TCP"] = "tcp://10.0.0.1:443"
        #expect(UnknownSetting.all(in: environment).map(\.name) == [])
    }

    @Test("Neither the number of reports nor the length of a name that is compared is unlimited")
    func limits() {
        let many = Dictionary(uniqueKeysWithValues: (0..<100).map { ("SCP_\($0)", "") })
        #expect(UnknownSetting.all(in: many).count == UnknownSetting.maximumCount)
        #expect(UnknownSetting.all(in: ["SCP_" + String(repeating: "A", count: 61): ""]) == [])
    }

    @Test("A report does not repeat the value")
    func value() {
        #expect(
            UnknownSetting.all(in: ["TLS_PRIVATE_KEYS": "secret"]).map(\.description) == [
                "TLS_PRIVATE_KEYS is not a setting of the receiver: did you mean TLS_PRIVATE_KEY?"
            ])
    }
}
