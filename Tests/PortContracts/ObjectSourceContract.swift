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
    /// Writes bytes over those of a file, which stays the one that it is.
    public let rewrite: @Sendable (_ name: String, _ bytes: [UInt8]) async throws -> Void
    /// Removes a file.
    public let remove: @Sendable (_ name: String) async throws -> Void

    /// Puts a source and its hands together; the place must not exist yet, or be empty.
    public init(
        source: any ObjectSource, append: @escaping @Sendable (String, [UInt8]) async throws -> Void,
        replace: @escaping @Sendable (String, [UInt8]) async throws -> Void,
        rewrite: @escaping @Sendable (String, [UInt8]) async throws -> Void,
        remove: @escaping @Sendable (String) async throws -> Void
    ) {
        self.source = source
        self.append = append
        self.replace = replace
        self.rewrite = rewrite
        self.remove = remove
    }

    /// Lists the source to its end.
    func all() async throws -> (objects: [SourceObject], foreign: [ForeignEntry]) {
        var objects: [SourceObject] = []
        var foreign: [ForeignEntry] = []
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
            #expect(objects.isEmpty && foreign.isEmpty)
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
        Clause("T14: entries with names of none of ours are named with the reason, and are no objects") { place in
            let names: [(String, ForeignReason?)] = [
                ("notes.txt", .otherExtension), ("w-2026-11-31.ndjson", .impossibleDay),
                ("w-2026-11-20.ndjson.gz", .otherExtension), ("nodate.ndjson", .noDay),
                ("z-2026-11-20.NDJSON", .upperCaseExtension), ("w-2026-11-20.ndjson", nil),
            ]
            for (name, _) in names { try await place.append(name, [0x7B]) }
            let (objects, foreign) = try await place.all()
            #expect(objects.map(\.key.text) == ["w-2026-11-20.ndjson"])
            #expect(foreign.count == 5 && foreign.allSatisfy { $0.size == 1 })
            for (name, reason) in names where reason != nil {
                #expect(foreign.first { $0.name == name }?.reason == reason, "\(name)")
            }
        },
        Clause("T2: names that look alike and differ in bytes are two objects, each with its own bytes") { place in
            let names = ["caf\u{E9}-2026-11-20.ndjson", "cafe\u{301}-2026-11-20.ndjson"]
            for (index, name) in names.enumerated() { try await place.append(name, Array("{\"n\":\(index)}\n".utf8)) }
            let (objects, foreign) = try await place.all()
            #expect(objects.count == 2 && foreign.isEmpty)
            for (index, name) in names.enumerated() {
                let object = try #require(objects.first { $0.key == ObjectKey(name) })
                let chunk = try await place.source.read(object, from: 0, limit: 100)
                #expect(chunk.bytes == Array("{\"n\":\(index)}\n".utf8))
            }
        },
        Clause("T22: bytes written over others of the same number change the version, and nothing else does") { place in
            try await place.append("w-2026-11-20.ndjson", Array("123".utf8))
            let before = try await place.object("w-2026-11-20.ndjson")
            #expect(before.version != nil)
            #expect(try await place.object("w-2026-11-20.ndjson") == before)
            try await place.rewrite("w-2026-11-20.ndjson", Array("456".utf8))
            let after = try await place.object("w-2026-11-20.ndjson")
            #expect(after.identity == before.identity && after.size == 3 && after.version != before.version)
            try await place.append("w-2026-11-20.ndjson", Array("7".utf8))
            #expect(try await place.object("w-2026-11-20.ndjson").version != after.version)
        },
        Clause("2500 objects are all listed, each once") { place in
            for index in 1...2500 { try await place.append("w-2026-11-20-\(index).ndjson", [0x7B]) }
            let (objects, foreign) = try await place.all()
            #expect(foreign.isEmpty && Set(objects.compactMap(\.fileIndex)) == Set(1...2500) && objects.count == 2500)
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
