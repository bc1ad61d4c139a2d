import AppRegistry
import LogCursor
import LogIngestion
import LogModel

/// Sources that are not quite what they were.
struct Changed: AppSources {
    let sources: any AppSources
    let change: @Sendable (any ObjectSource) -> any ObjectSource

    func source(of app: RegisteredApp) -> any ObjectSource { change(sources.source(of: app)) }
}

/// A value that the tests' one-threaded worlds share.
final class Box<Value>: @unchecked Sendable {
    // @unchecked: a world runs on one thread.
    var value: Value
    init(_ value: Value) { self.value = value }
}

/// Tells objects apart by their first bytes alone.
struct HeadKeyed: ObjectSource {
    let inner: any ObjectSource
    var id: SourceID { inner.id }
    let files = Box<[[UInt8]: SourceObject]>([:])

    func list(_ visit: (ObjectPage) async throws -> Void) async throws {
        var seen: [SourceObject] = []
        try await inner.list { seen += $0.objects }
        var keyed: [SourceObject] = []
        for object in seen {
            let head = (try? await inner.read(object, from: 0, limit: 30))?.bytes ?? []
            // Alone an object keeps its name: only a second one with the same head is taken for it.
            let first = files.value[head] ?? object
            files.value[head] = first
            keyed.append(
                SourceObject(
                    key: first.key, identity: first.identity, size: object.size, day: object.day,
                    fileIndex: object.fileIndex, isFinal: object.isFinal))
        }
        try await visit(ObjectPage(objects: keyed))
    }

    func read(_ object: SourceObject, from offset: Int64, limit: Int) async throws(SourceError) -> ObjectChunk {
        try await inner.read(object, from: offset, limit: limit)
    }

    func hiddenBytes(of object: SourceObject) async throws(SourceError) -> Int64 { 0 }
}

/// What listings showed.
struct Listings {
    var known: [SourceID: Set<ObjectKey>] = [:]
    /// How often each object was taken for gone.
    var forgotten: [ObjectKey: Int] = [:]

    func life(of object: ObjectKey) -> String? { forgotten[object].map { "life \($0)" } }
}

/// Takes an object that a listing missed for gone, and with it its cursor.
struct Watching: ObjectSource {
    let inner: any ObjectSource
    let seen: Box<Listings>
    var id: SourceID { inner.id }

    func list(_ visit: (ObjectPage) async throws -> Void) async throws {
        var names: Set<ObjectKey> = []
        try await inner.list { page in
            names.formUnion(page.objects.map(\.key))
            try await visit(page)
        }
        for absent in seen.value.known[id, default: []].subtracting(names) {
            seen.value.forgotten[absent, default: 0] += 1
        }
        seen.value.known[id] = names
    }

    func read(_ object: SourceObject, from offset: Int64, limit: Int) async throws(SourceError) -> ObjectChunk {
        try await inner.read(object, from: offset, limit: limit)
    }

    func hiddenBytes(of object: SourceObject) async throws(SourceError) -> Int64 { 0 }
}

/// Moves on by the bytes that were asked for: those that did not come count as if they were blank.
struct Skipping: ObjectSource {
    let inner: any ObjectSource
    var id: SourceID { inner.id }

    func list(_ visit: (ObjectPage) async throws -> Void) async throws { try await inner.list(visit) }

    func read(_ object: SourceObject, from offset: Int64, limit: Int) async throws(SourceError) -> ObjectChunk {
        let chunk = try await inner.read(object, from: offset, limit: limit)
        let missing = min(limit - chunk.bytes.count, Int(max(0, chunk.size - chunk.end)))
        return ObjectChunk(
            offset: offset, bytes: chunk.bytes + Array(repeating: 0x0A, count: missing), size: chunk.size)
    }

    func hiddenBytes(of object: SourceObject) async throws(SourceError) -> Int64 { 0 }
}
