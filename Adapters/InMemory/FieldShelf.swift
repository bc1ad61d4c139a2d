import LogMaintenance
import LogModel

/// The fields of one app, findable by the bytes of their paths: texts that look alike may differ in bytes.
struct FieldShelf {
    private var entries: [[UInt8]: FieldEntry] = [:]
    private(set) var overflow: Int64 = 0

    mutating func add(_ step: CatalogueStep) {
        overflow += step.overflow
        for field in step.fields {
            let path = Array(field.path.utf8)
            if entries[path] != nil {
                entries[path]?.merge(field)
            } else if entries.count < step.pathLimit {
                entries[path] = field
            } else {
                overflow += field.count
            }
        }
    }

    func page(after last: String?, limit: Int) -> [FieldEntry] {
        let start = last.map { Array($0.utf8) }
        let behind = entries.filter { entry in start.map { $0.lexicographicallyPrecedes(entry.key) } ?? true }
        return behind.sorted { $0.key.lexicographicallyPrecedes($1.key) }.prefix(limit).map(\.value)
    }
}
