import LogQuery

extension RecordCondition {
    /// Adds what must be in the bytes of a line, so that fewer lines leave the server; each is judged by the domain.
    ///
    /// The server's `lower` in the order of bytes changes A to Z alone, as the sieve wants it.
    mutating func narrow(by sieve: LineSieve) {
        for group in sieve.groups {
            let line = group.ignoresCase ? "lower(r.line)" : "r.line"
            let tests = group.texts.map { _ in "strpos(\(line), ?) > 0" }
            let others = group.otherForms.map { _ in "strpos(r.line, ?) > 0" }
            add(
                "(\((tests + others).joined(separator: " OR ")))", (group.texts + group.otherForms).map { .text($0) })
        }
    }
}
