import LogModel
import LogQuery

extension JSONText {
    /// Adds the members of one item: what is known of a record, and the record itself.
    mutating func add(_ row: Int, of rows: RecordRows, app: String) {
        let facts = rows.facts(row)
        add("id", "\(facts.generation)-\(facts.offset)")
        add("app", app)
        add("timestamp", Timestamp(nanoseconds: facts.timestamp))
        add("receivedAt", Timestamp(nanoseconds: facts.receivedAt))
        add("level", (Level(rawValue: facts.level) ?? .unknown).name)
        add("object", rows.objects[facts.generation]?.text ?? "")
        add("offset", facts.offset)
        add("line", facts.lineNumber)
        let line = rows.bytes[rows.range(row)]
        // A byte order mark is kept in the store; inside a JSON document it would be an error.
        add("record", raw: line.starts(with: [0xEF, 0xBB, 0xBF]) ? line.dropFirst(3) : line)
    }
}
