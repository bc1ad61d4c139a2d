import LogModel
import Testing

@Suite("XXH64")
struct XXH64Tests {
    /// Bytes whose XXH64 is listed below for some lengths.
    private static let sequence = (0..<5000).map { UInt8(truncatingIfNeeded: $0 * 131 + 7) }

    @Test(
        "is XXH64 with seed 0",
        arguments: [
            ("", 0xEF46_DB37_51D8_E999), ("a", 0xD24E_C4F1_A98C_6E5B), ("abc", 0x44BC_2CF5_AD77_0999),
            ("message digest", 0x066E_D728_FCEE_B3BE), ("abcdefghijklmnopqrstuvwxyz", 0xCFE1_F278_FA89_835C),
            ("Nobody inspects the spammish repetition", 0xFBCE_A83C_8A37_8BF1),
        ] as [(String, UInt64)])
    func texts(_ text: String, _ expected: UInt64) {
        #expect(hash(text.utf8) == expected)
    }

    @Test(
        "is XXH64 at every kind of length",
        arguments: [
            (1, 0xA96C_7F0C_E858_BBB7), (3, 0xBED4_3740_EE63_32BB), (4, 0xFA21_2AE4_4B3B_B23D),
            (7, 0x2744_460D_D675_D2C0),
            (8, 0x994B_676B_71CE_94DD), (9, 0x572B_84C1_8B98_3AF8), (15, 0x09E6_451E_D2FF_8B1D),
            (16, 0x94AD_0095_E72B_24D5),
            (31, 0x6711_D55E_306B_5D8F), (32, 0x07F7_B8E3_BC5D_6E25), (33, 0x09F8_5EEB_4E1C_BE9F),
            (39, 0xB13C_137A_0FB7_01C3),
            (40, 0xD251_5017_7BA4_6490), (63, 0xB7C9_968C_066C_B6A5), (64, 0x50D4_159A_0411_632E),
            (65, 0xD277_176B_FF86_3EFC),
            (100, 0x9DDA_DA11_D3DC_2D8F), (255, 0x15A6_DB05_D4E8_3DF4), (256, 0xA2DB_E913_9652_56FC),
            (1000, 0x0BF0_BDBC_C82E_B373),
            (4096, 0xCF05_ADF7_5ACA_30CF), (5000, 0x60B4_ECA7_B7CB_DC86),
        ] as [(Int, UInt64)])
    func lengths(_ length: Int, _ expected: UInt64) {
        #expect(hash(Self.sequence.prefix(length)) == expected)
    }

    private func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        let array = Array(bytes)
        return XXH64.value(of: array.span)
    }
}
