/// What a reflected cyclic redundancy check is computed with, many bytes at a time.
///
/// Five words of eight bytes are taken in braids: each goes on with the register of the word five words before it, so
/// five chains of look-ups run side by side where one would wait for itself. At the end the registers are folded into
/// one. (M. E. Kounavis, F. L. Berry, 2005, for tables that take several bytes; A. Kadatch, B. Jenkins, 2010, for
/// braids.)
struct ChecksumTables<Register: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable>: Sendable {
    /// Eight tables for words in a row, behind them eight for words in braids.
    ///
    /// The entries of table `n` advance the `n`th
    /// byte of a word over the bytes up to the next word.
    private let entries: [Register]

    /// Makes the tables; the polynomial is without its highest term, lowest power in the highest bit.
    init(reflectedPolynomial: Register) {
        let distances = 5 * 8
        var rows: [[Register]] = [
            (0..<256).map { byte in
                (0..<8).reduce(Register(byte)) { value, _ in
                    value & 1 == 1 ? value >> 1 ^ reflectedPolynomial : value >> 1
                }
            }
        ]
        for distance in 1..<distances {
            rows.append(rows[distance - 1].map { $0 >> 8 ^ rows[0][Int(truncatingIfNeeded: $0 & 0xFF)] })
        }
        entries = (rows[0..<8].reversed() + rows[(distances - 8)...].reversed()).flatMap { $0 }
    }

    /// The register behind some bytes.
    @inline(__always)
    func advance(_ start: Register, over bytes: RawSpan) -> Register {
        let tables = entries.span.bytes
        var register = start
        var index = 0
        let blocks = bytes.byteCount / 40
        if blocks > 1 {
            register = braided(register, bytes, blocks, tables)
            index = blocks * 40
        }
        while index + 8 <= bytes.byteCount {
            register = look(UInt64(truncatingIfNeeded: register) ^ bytes.word(at: index), tables, 0)
            index += 8
        }
        while index < bytes.byteCount {
            let byte = bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            let entry = Int(truncatingIfNeeded: register & 0xFF) ^ Int(byte)
            // The last table of the words in a row advances a byte over nothing.
            register = register >> 8 ^ entries[7 * 256 + entry]
            index += 1
        }
        return register
    }

    /// Takes blocks of five words; the last one folds the five registers into one.
    @inline(__always)
    private func braided(_ start: Register, _ bytes: RawSpan, _ blocks: Int, _ tables: RawSpan) -> Register {
        var (one, two, three, four, five) = (start, Register.zero, Register.zero, Register.zero, Register.zero)
        var index = 0
        for _ in 1..<blocks {
            one = look(UInt64(truncatingIfNeeded: one) ^ bytes.word(at: index), tables, 8)
            two = look(UInt64(truncatingIfNeeded: two) ^ bytes.word(at: index + 8), tables, 8)
            three = look(UInt64(truncatingIfNeeded: three) ^ bytes.word(at: index + 16), tables, 8)
            four = look(UInt64(truncatingIfNeeded: four) ^ bytes.word(at: index + 24), tables, 8)
            five = look(UInt64(truncatingIfNeeded: five) ^ bytes.word(at: index + 32), tables, 8)
            index += 40
        }
        var register = Register.zero
        for braid in [one, two, three, four, five] {
            register = look(UInt64(truncatingIfNeeded: register ^ braid) ^ bytes.word(at: index), tables, 0)
            index += 8
        }
        return register
    }

    /// Eight look-ups for the eight bytes of a word.
    @inline(__always)
    private func look(_ word: UInt64, _ tables: RawSpan, _ firstTable: Int) -> Register {
        var register = Register.zero
        for byte in 0..<8 {
            let entry = (firstTable + byte) * 256 + Int(truncatingIfNeeded: word >> UInt64(8 * byte) & 0xFF)
            // Below 16 tables of 256 entries whatever the word is.
            register ^= tables.unsafeLoad(
                fromUncheckedByteOffset: entry * MemoryLayout<Register>.size, as: Register.self)
        }
        return register
    }
}
