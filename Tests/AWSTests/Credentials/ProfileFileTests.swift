import Testing

@testable import AWS

@Suite("ProfileFile")
struct ProfileFileTests {
    let file = ProfileFile(
        """
        ignored = before any section
        # a comment
        ; another
        [default]
        AWS_Access_Key_Id=AKIDDEFAULT
        aws_secret_access_key = a/b+c==
        region   =  eu-west-1\t
        s3 =
            region = nested
            endpoint_url = http://nested
        output =

        [profile  scanner room ]
        aws_access_key_id = AKIDSCANNER
        aws_secret_access_key = secret
        aws_session_token = token
        not a setting

        [half]
        aws_access_key_id = AKIDHALF
        """)

    @Test(
        "A setting is found under its profile and its name in lower case",
        arguments: [
            ("default", "aws_access_key_id", "AKIDDEFAULT"), ("default", "aws_secret_access_key", "a/b+c=="),
            ("default", "region", "eu-west-1"), ("scanner room", "aws_session_token", "token"),
            ("default", "endpoint_url", nil), ("default", "output", nil), ("default", "ignored", nil),
            ("absent", "region", nil),
        ] as [(String, String, String?)])
    func settings(_ profile: String, _ name: String, _ value: String?) {
        #expect(file[profile, name] == value)
    }

    @Test("A profile's access key is whole or not there")
    func credentials() {
        #expect(
            file.credentials(profile: "scanner room")
                == Credentials(accessKeyID: "AKIDSCANNER", secretAccessKey: "secret", sessionToken: "token"))
        #expect(
            file.credentials(profile: "default")
                == Credentials(accessKeyID: "AKIDDEFAULT", secretAccessKey: "a/b+c=="))
        #expect(file.credentials(profile: "half") == nil)
    }

    @Test("Lines may end as on Windows, a section may come twice")
    func lineEndings() {
        let file = ProfileFile("[a]\r\nx = 1\r\n[b]\r\nx = 2\r\n[a]\r\ny = 3")
        #expect([file["a", "x"], file["b", "x"], file["a", "y"]] == ["1", "2", "3"])
    }
}
