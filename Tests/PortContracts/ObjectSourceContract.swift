public import LogIngestion
import LogModel
import Testing

/// A source of objects, and the hands that change what lies in it.
public struct SourceUnderTest: Sendable {
    /// The source.
    public let source: any ObjectSource
    /// Appends bytes to a file, which is made when it is missing.
    public let append: @Sendable (_ name: String, _ bytes: [UInt8]) async throws -> Void
    /// Puts another file in the place of one.
    public let replace: @Sendable (_ name: String, _ bytes: [UInt8]) async throws -> Void
    /// Removes a file.
    public let remove: @Sendable (_ name: String) async throws -> Void

    /// Puts a source and its hands together; the place must not exist yet, or be empty.
    public init(
        source: any ObjectSource, append: @escaping @Sendable (String, [UInt8]) async throws -> Void,
        replace: @escaping @Sendable (String, [UInt8]) async throws -> Void,
        remove: @escaping @Sendable (String) async throws -> Void
    ) {
        self.source = source
        self.append = append
        self.replace = replace
        self.remove = remove
    }

    /// Lists the source to its end.
    func all() async throws -> (objects: [SourceObject], foreign: Int) {
        var objects: [SourceObject] = []
        var foreign = 0
        try await source.list { page in
            objects += page.objects
            foreign += page.foreign
        }
        return (objects.sorted { $0.key < $1.key }, foreign)
    }

    func object(_ name: String) async throws -> SourceObject {
        try #require(try await all().objects.first { $0.key.text == name })
    }
}

/// What every source of objects must do; each clause wants a place of its own.
public enum ObjectSourceContract {
    /// The clauses.
    public static let clauses: [Clause<SourceUnderTest>] = [
        Clause("a place that does not exist has no objects") { place in
            let (objects, foreign) = try await place.all()
            #expect(objects.isEmpty && foreign == 0)
        },
        Clause("an object is listed with its name, size, day and index") { place in
            try await place.append("w-2026-11-20.ndjson", Array("12345".utf8))
            try await place.append("w-2026-11-20-7.ndjson", Array("123".utf8))
            let objects = try await place.all().objects
            #expect(objects.map(\.key.text) == ["w-2026-11-20-7.ndjson", "w-2026-11-20.ndjson"])
            #expect(objects.map(\.size) == [3, 5])
            #expect(objects.map(\.day) == [CivilDay(number: 20_777), CivilDay(number: 20_777)])
            #expect(objects.map(\.fileIndex) == [7, 1])
            #expect(objects.allSatisfy { !$0.isFinal })
        },
        Clause("a segment is final") { place in
            try await place.append("w-2026-11-20-s00000007.ndjson", [0x7B])
            #expect(try await place.all().objects.map(\.isFinal) == [true])
        },
        Clause("entries with names of none of ours are counted and not listed") { place in
            for name in ["notes.txt", "w-2026-11-31.ndjson", "w-2026-11-20.ndjson.gz", "w-2026-11-20.ndjson"] {
                try await place.append(name, [0x7B])
            }
            let (objects, foreign) = try await place.all()
            #expect(objects.map(\.key.text) == ["w-2026-11-20.ndjson"])
            #expect(foreign == 3)
        },
        Clause("2500 objects are all listed, each once") { place in
            for index in 1...2500 { try await place.append("w-2026-11-20-\(index).ndjson", [0x7B]) }
            let (objects, foreign) = try await place.all()
            #expect(foreign == 0 && Set(objects.compactMap(\.fileIndex)) == Set(1...2500) && objects.count == 2500)
        },
        Clause("a range is read as it was asked for, wherever it begins and however long it is") { place in
            let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 7) }
            try await place.append("w-2026-11-20.ndjson", bytes)
            let object = try await place.object("w-2026-11-20.ndjson")
            for (offset, limit) in [(0, 300), (0, 1), (1, 5), (255, 45), (299, 1), (100, 1000), (0, 100_000)] {
                let chunk = try await place.source.read(object, from: Int64(offset), limit: limit)
                #expect(chunk.offset == Int64(offset) && chunk.size == 300)
                #expect(!chunk.bytes.isEmpty && chunk.bytes == Array(bytes[offset...].prefix(chunk.bytes.count)))
                #expect(chunk.bytes.count <= limit)
            }
        },
        Clause("at its end and behind it an object gives no byte, and no error") { place in
            try await place.append("w-2026-11-20.ndjson", Array("12345".utf8))
            let object = try await place.object("w-2026-11-20.ndjson")
            for offset in [Int64(5), 6, 1000] {
                let chunk = try await place.source.read(object, from: offset, limit: 10)
                #expect(chunk.bytes.isEmpty && chunk.size == 5)
            }
        },
        Clause("growth keeps the identity, and is read through an older listing") { place in
            try await place.append("w-2026-11-20.ndjson", Array("123".utf8))
            let before = try await place.object("w-2026-11-20.ndjson")
            try await place.append("w-2026-11-20.ndjson", Array("456".utf8))
            let after = try await place.object("w-2026-11-20.ndjson")
            #expect(before.identity == after.identity && after.size == 6)
            let chunk = try await place.source.read(before, from: 2, limit: 100)
            #expect(chunk.bytes == Array("3456".utf8) && chunk.size == 6)
        },
        Clause("a replaced object has another identity") { place in
            try await place.append("w-2026-11-20.ndjson", Array("123".utf8))
            let before = try await place.object("w-2026-11-20.ndjson")
            try await place.replace("w-2026-11-20.ndjson", Array("987654".utf8))
            let after = try await place.object("w-2026-11-20.ndjson")
            #expect(before.identity != after.identity && after.size == 6)
        },
        Clause("an object that is gone is said to be gone, and is listed no more") { place in
            try await place.append("w-2026-11-20.ndjson", Array("123".utf8))
            let object = try await place.object("w-2026-11-20.ndjson")
            try await place.remove("w-2026-11-20.ndjson")
            let error = await #expect(throws: SourceError.self) {
                try await place.source.read(object, from: 0, limit: 10)
            }
            #expect(error?.reason == .gone)
            #expect(try await place.all().objects.isEmpty)
        },
        Clause("an object that was replaced is gone for who means it by its identity") { place in
            try await place.append("w-2026-11-20.ndjson", Array("123".utf8))
            let object = try await place.object("w-2026-11-20.ndjson")
            try await place.replace("w-2026-11-20.ndjson", Array("456".utf8))
            let error = await #expect(throws: SourceError.self) {
                try await place.source.read(object, from: 0, limit: 10)
            }
            #expect(error?.reason == .gone)
        },
        Clause("what a visitor throws ends the listing") { place in
            struct Enough: Error {}
            try await place.append("w-2026-11-20.ndjson", [0x7B])
            await #expect(throws: Enough.self) { try await place.source.list { _ in throw Enough() } }
        },
    ]
}
