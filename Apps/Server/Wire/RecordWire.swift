import Composition
import LogModel
import LogQuery

extension JSONText {
    /// Adds the members of one item: what is known of a record, and the record itself.
    mutating func add(_ row: Int, of rows: RecordRows, app: String) {
        let facts = rows.facts(row)
        add("id", "\(facts.generation)-\(facts.offset)")
        add("app", app)
        add("timestamp", Timestamp(nanoseconds: facts.timestamp))
        add("timeIsReceipt", RecordFlags(rawValue: facts.flags).contains(.timeOfReceipt))
        add("receivedAt", Timestamp(nanoseconds: facts.receivedAt))
        add("level", (Level(rawValue: facts.level) ?? .unknown).name)
        add("object", rows.objects[facts.generation]?.text ?? "")
        add("offset", facts.offset)
        add("line", facts.lineNumber)
        let range = rows.range(row)
        // What stands in front of the object is kept in the store; inside a JSON document it could be an error.
        let start = JSONReader.objectStart(of: rows.bytes.span.extracting(range))
        add("record", raw: rows.bytes[range].dropFirst(start))
    }
}
