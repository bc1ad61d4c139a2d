/// A number with a word in the form that goes with it: `1 record`, `2 records`.
func counted(_ count: some BinaryInteger, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }

/// A word as a POSIX shell reads it back: quoted when it holds more than plain characters.
func shellWord(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-_./:@%+,=".utf8.contains(byte)
        }
    }
    guard !isPlain || text.isEmpty else { return text }
    return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
