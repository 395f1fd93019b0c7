// SPDX-License-Identifier: Apache-2.0

/// What senders are told whose instances a route refuses or discards.
extension Session {
    private static func route(_ members: String) -> [String: String] {
        ["ROUTES": #"[{"name": "r", \#(members)}]"#]
    }

    static let routes: [Session] = [
        storing(
            "An instance that a route refuses", status: 0xA7FF,
            settings: route(#""callingAETitles": ["RA*"], "refuse": "A7FF""#)),
        storing(
            "An instance that a route for another sender would refuse", status: 0,
            settings: route(#""callingAETitles": ["CT*"], "refuse": "A7FF""#)),
        associated(
            "An instance that a route discards: success, and nothing is stored",
            Wire.data(Wire.pdv(3, 3, Wire.store)) + Wire.data(Wire.pdv(3, 2, Wire.dataSet())), .stored(0),
            settings: route(#""peers": ["127.0.0.1"], "discard": true"#)),
    ]
}
