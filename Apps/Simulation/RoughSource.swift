import AppRegistry
import InMemoryAdapter
import LogIngestion
import LogModel

/// The sources of a worker's apps over a network that fails.
struct RoughSources: AppSources {
    let station: Station

    func source(of app: RegisteredApp) -> any ObjectSource {
        RoughSource(
            inner: InMemoryObjectSource(station.world.files, folder: app.id.text), app: app.id, station: station)
    }
}

/// A folder that is listed in any order, twice or with gaps, and whose reads come late, short or not at all.
struct RoughSource: ObjectSource {
    let inner: InMemoryObjectSource
    let app: AppID
    let station: Station

    var id: SourceID { inner.id }

    func list(_ visit: (ObjectPage) async throws -> Void) async throws {
        let world = station.world
        try await reach("list")
        var objects: [SourceObject] = []
        try await inner.list { objects += $0.objects }
        objects = objects.map { object in
            guard let older = shown(of: object), older.inListings else { return object }
            return older.state.object
        }
        for index in objects.indices.dropLast() { objects.swapAt(index, index + world.below(objects.count - index)) }
        if world.strikes(onceIn: 6), !objects.isEmpty {
            let missed = objects.remove(at: world.below(objects.count))
            world.note(station.name, "FAULT the listing misses \(missed.key)")
        }
        if world.strikes(onceIn: 6), let first = objects.first {
            world.note(station.name, "FAULT the listing repeats \(first.key)")
            objects.append(first)
        }
        var start = 0
        while start < objects.count {
            let end = min(objects.count, start + 1 + world.below(4))
            try await reach("list")
            try await visit(ObjectPage(objects: Array(objects[start..<end])))
            start = end
        }
    }

    func read(_ object: SourceObject, from offset: Int64, limit: Int) async throws(SourceError) -> ObjectChunk {
        try await reach("read")
        var chunk = try await inner.read(object, from: offset, limit: limit)
        if let older = shown(of: object), older.inReads { chunk = older.chunk(from: offset, limit: limit) }
        if station.world.strikes(onceIn: 12), chunk.bytes.count > 1 {
            let count = station.world.below(chunk.bytes.count)
            station.world.note(station.name, "FAULT \(object.key) gives \(count) of \(chunk.bytes.count) bytes")
            chunk = ObjectChunk(offset: chunk.offset, bytes: Array(chunk.bytes.prefix(count)), size: chunk.size)
        }
        try await reach("read")
        return chunk
    }

    func hiddenBytes(of object: SourceObject) async throws(SourceError) -> Int64 { 0 }

    private func shown(of object: SourceObject) -> OlderState? {
        station.world.shownState(of: World.FilePlace(app: app, name: object.key.text))
    }

    private func reach(_ call: String) async throws(SourceError) {
        guard await station.travel() else { throw SourceError(.unavailable, detail: "the process is gone") }
        if await station.waitsInVain(for: "the file store") {
            throw SourceError(.late, detail: "no byte in time")
        }
        if station.world.strikes(onceIn: 60) {
            station.world.note(station.name, "FAULT \(call) fails")
            throw SourceError(.unavailable, detail: "a fault of the world")
        }
    }
}
