import AWS
import Testing

@Suite("CRC-32")
struct CRC32Tests {
    @Test("It is the check value of the catalogues, also piece by piece")
    func check() {
        var whole = CRC32()
        Array("123456789".utf8).withUnsafeBytes { whole.update($0) }
        #expect(whole.value == 0xCBF4_3926)
        #expect(whole.base64 == "y/Q5Jg==")

        var pieces = CRC32()
        for piece in ["1234", "", "56789"] { Array(piece.utf8).withUnsafeBytes { pieces.update($0) } }
        #expect(pieces == whole)
        #expect(CRC32().base64 == "AAAAAA==")
    }
}
