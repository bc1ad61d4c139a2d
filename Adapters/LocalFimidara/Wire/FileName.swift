/// A file's name in its two parts.
///
/// Only the stem counts when a file is looked for.
struct FileName: Sendable, Equatable {
    /// What is before the last dot; all of it when that dot is the first character or there is none.
    let stem: String
    /// What is behind the last dot; may be empty.
    let ext: String

    init(_ name: String) {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else {
            stem = name
            ext = ""
            return
        }
        stem = String(name[..<dot])
        ext = String(name[name.index(after: dot)...])
    }
}
