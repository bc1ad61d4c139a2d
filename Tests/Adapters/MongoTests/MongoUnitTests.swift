import BlockingExecutor
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

@testable import MongoAdapter

@Suite("BSON")
struct BSONTests {
    private static let sample: BSONDocument = [
        "double": .double(1.5), "text": "é\u{0}漢", "": "empty name",
        "document": ["a": 1, "b": [true, nil, .int32(-7)]],
        "bytes": .binary([0, 255, 10]), "date": .date(-1), "long": .int64(.min), "min": .minKey, "max": .maxKey,
        "dotted.$name": [:],
    ]

    @Test("what is written is read again")
    func roundTrip() throws {
        let bytes = Self.sample.bytes
        #expect(try decode(bytes) == Self.sample)
    }

    @Test("a document that is cut off anywhere, or says a wrong length, is an error and no wild read")
    func truncated() {
        let bytes = Self.sample.bytes
        for end in 0..<bytes.count {
            #expect(throws: MalformedDocument.self) { try decode(Array(bytes[..<end])) }
        }
        // Whatever one byte is changed to, reading ends.
        for place in 4..<bytes.count {
            for value in [UInt8(0), 1, 0x7F, 0x80, 0xFF] {
                var damaged = bytes
                damaged[place] = value
                _ = try? decode(damaged)
            }
        }
    }

    @Test("a record's document has its members where they belong")
    func records() throws {
        var records = RecordColumns(over: Array("xx{\"a\":1}yy".utf8))
        records.append(2..<9, offset: 77, lineNumber: 3, timestamp: 1 << 60, level: 17, flags: .timeOfReceipt)
        let move = Move(generation: GenerationID(5), from: 0, epoch: 1, to: CursorProgress())
        let step = ObjectStep(move: move, app: .fresh(), records: records, rejects: [], receivedAt: .sample)
        var command = RecordInsert(for: [step], in: [])
        #expect(command.append(from: 0, of: step, app: 9) == 1)
        command.finish()
        #expect(
            try decode(command.bytes) == [
                "insert": "records",
                "documents": [
                    [
                        "_id": ["g": 5, "o": 77], "a": 9, "n": 3, "t": .int64(1 << 60),
                        "r": .int64(Timestamp.sample.nanoseconds),
                        "l": .int32(17), "f": .int32(Int32(RecordFlags.timeOfReceipt.rawValue)),
                        "b": .binary(Array("{\"a\":1}".utf8)),
                    ]
                ],
            ])
    }

    @Test("a command takes the rows that are not there already, up to its limit, and one at least")
    func fullCommand() throws {
        let size = RecordInsert.limit / 1000
        var records = RecordColumns(over: [UInt8](repeating: 0x20, count: size))
        for row in 0..<1200 {
            records.append(
                0..<size, offset: Int64(row), lineNumber: Int64(row + 1), timestamp: 0, level: 0, flags: [])
        }
        let move = Move(generation: GenerationID(5), from: 0, epoch: 1, to: CursorProgress())
        let step = ObjectStep(move: move, app: .fresh(), records: records, rejects: [], receivedAt: .sample)
        var command = RecordInsert(for: [step], in: [])
        let end = command.append(from: 0, of: step, app: 9, except: [0, 7])
        #expect((900..<1000).contains(end) && command.count == end - 2)
        command.finish()
        #expect(command.bytes.count <= RecordInsert.limit)
        let documents = try decode(command.bytes).documents("documents")
        let offsets = try documents.map { try $0.document("_id").number("o") }
        #expect(offsets == (0..<Int64(end)).filter { $0 != 0 && $0 != 7 })
        command.removeAll()
        #expect(command.append(from: end, of: step, app: 9) == 1200)
        #expect(command.count == 1200 - end)

        var long = RecordColumns(over: [UInt8](repeating: 0x20, count: RecordInsert.limit + 1))
        for row in 0..<2 {
            long.append(
                0..<RecordInsert.limit + 1, offset: Int64(row), lineNumber: 1, timestamp: 0, level: 0, flags: [])
        }
        let longStep = ObjectStep(move: move, app: .fresh(), records: long, rejects: [], receivedAt: .sample)
        var longCommand = RecordInsert(for: [longStep], in: [])
        #expect(longCommand.append(from: 0, of: longStep, app: 9) == 1)
    }

    private func decode(_ bytes: [UInt8]) throws -> BSONDocument {
        try bytes.withUnsafeBytes { try BSONDocument(decoding: $0) }
    }
}

@Suite("What is known before anything is sent to MongoDB")
struct MongoFactsTests {
    @Test(
        "of a URL only scheme, hosts and database are shown",
        arguments: [
            ("mongodb://h:1", "mongodb://h:1/logferry"), ("mongodb://u:p@h:1,i:2/db?tls=true", "mongodb://h:1,i:2/db"),
            ("mongodb+srv://u:p%40@h/db", "mongodb+srv://h/db"), ("mongodb://u:p%2Fq@h/", "mongodb://h/logferry"),
        ])
    func shownURLs(_ url: String, _ shown: String) {
        #expect(MongoURL(Secret(url))?.shown == shown)
    }

    @Test(
        "T10: other URLs are none, nor are those of which it is not clear where the password ends",
        arguments: [
            "mongodb:h", "postgres://h/d", "mongodb://", "mongodb://u:p?q@h/d", "", "mongodb://u:p@q@h/d",
            "mongodb://u:p/q@h/d", "mongodb://u:p#q@h/d",
        ])
    func otherURLs(_ url: String) {
        #expect(MongoURL(Secret(url)) == nil)
    }

    @Test(
        "a server that is too old or has no transactions is refused",
        arguments: [
            ("4.2.24", true, false), ("4.4.0", true, true), ("3.6.9", false, false), ("10.0.1", true, true),
            ("6.0.5", false, false), ("4.4.0-rc1", true, true), ("", true, false),
        ])
    func servers(_ version: String, _ hasTransactions: Bool, _ isGood: Bool) {
        let facts = ServerFacts(version: version, hasTransactions: hasTransactions)
        let verdict = Result { () throws(MongoOpenError) in try facts.check("p") }
        switch verdict {
        case .success: #expect(isGood)
        case .failure(let error): #expect(!isGood && error.description.contains("store.url"))
        }
    }

    @Test("what a server says of a taken key is not passed on, since it holds the key")
    func takenKey() throws {
        let error = try MongoError(of: ["code": 11_000, "errmsg": "E11000 dup key: { name: \"secret\" }"])
        #expect(error.isDuplicateKey && !error.message.contains("secret"))
        let other = try MongoError(of: ["code": 91, "errmsg": "shutting down"])
        #expect(other.fault == .server(code: 91) && other.message == "shutting down")
    }

    @Test("a line that no document holds is refused before anything is sent")
    func longLine() async throws {
        let address = try #require(MongoURL(Secret("mongodb://127.0.0.1:1/?directConnection=true")))
        let store = MongoStore(address, connections: 1, watch: CallWatch())
        let bytes = [UInt8](repeating: 0x20, count: RecordInsert.lineLimit + 1)
        var records = RecordColumns(over: bytes)
        records.append(0..<bytes.count, offset: 0, lineNumber: 1, timestamp: 0, level: 0, flags: [])
        let move = Move(generation: GenerationID(1), from: 0, epoch: 1, to: CursorProgress())
        let step = ObjectStep(move: move, app: .fresh(), records: records, rejects: [], receivedAt: .sample)
        let error = await #expect(throws: StoreError.self) { try await store.commit([step]) }
        #expect(error?.reason == .broken && error?.detail.contains("ingest.max_line_bytes") == true)
    }
}

@Suite("Connections of MongoDB")
struct ConnectionPoolTests {
    @Test("no more connections than allowed are made, and callers that find none free wait in turn")
    func bounded() async throws {
        let made = Locked(0)
        let pool = pool(size: 2, made)
        let running = Locked((now: 0, most: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await pool.withClient { _ in
                        running.withLock {
                            $0.now += 1
                            $0.most = max($0.most, $0.now)
                        }
                        block(for: .milliseconds(2))
                        running.withLock { $0.now -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(made.withLock { $0 } == 2 && running.withLock { $0.most } == 2)
        await pool.close()
    }

    @Test("a caller that waits may be cancelled, loses patience, or is refused when too many wait")
    func waiting() async throws {
        let pool = pool(size: 1, Locked(0), queueLimit: 1, patience: .milliseconds(50))
        let (began, gate) = (Locked(false), Locked(false))
        let holder = Task {
            try await pool.withClient { _ in
                began.withLock { $0 = true }
                while !gate.withLock({ $0 }) { block(for: .milliseconds(1)) }
            }
        }
        defer { gate.withLock { $0 = true } }
        await eventually { began.withLock { $0 } }
        let impatient = Task { try await pool.withClient { _ in } }
        let busy = await #expect(throws: MongoError.self) { try await impatient.value }
        #expect(busy?.fault == .busy && busy?.message.contains("too long") == true)
        let cancelled = Task { try await pool.withClient { _ in } }
        cancelled.cancel()
        await #expect(throws: (any Error).self) { try await cancelled.value }
        gate.withLock { $0 = true }
        try await holder.value
        // Whoever gave up has left nothing behind.
        try await pool.withClient { _ in }
        await pool.close()
        let closed = await #expect(throws: MongoError.self) { try await pool.withClient { _ in } }
        #expect(closed?.fault == .closed)
    }

    @Test("callers beyond those that may wait are refused at once")
    func fullQueue() async throws {
        let pool = pool(size: 1, Locked(0), queueLimit: 0)
        let (began, gate) = (Locked(false), Locked(false))
        let holder = Task {
            try await pool.withClient { _ in
                began.withLock { $0 = true }
                while !gate.withLock({ $0 }) { block(for: .milliseconds(1)) }
            }
        }
        defer { gate.withLock { $0 = true } }
        await eventually { began.withLock { $0 } }
        let error = await #expect(throws: MongoError.self) { try await pool.withClient { _ in } }
        #expect(error?.fault == .busy && error?.message.contains("too many") == true)
        gate.withLock { $0 = true }
        try await holder.value
        await pool.close()
    }

    private func pool(
        size: Int, _ made: Locked<Int>, queueLimit: Int = 100, patience: Duration = .seconds(60)
    ) -> ConnectionPool {
        var limits = MongoLimits()
        limits.connection = patience
        let watch = CallWatch(limits: limits)
        let dialler = ServerDialler(lookup: watch.lookup, limits: limits)
        let signs = ServerSigns(limits: limits, dialler: dialler, ask: { _, _ in .nothing }, lost: { _, _ in })
        return ConnectionPool(size: size, queueLimit: queueLimit, limits: limits) { () throws(MongoError) in
            made.withLock { $0 += 1 }
            return try MongoConnection(watch, signs) { wires throws(MongoError) in
                try MongoClient(
                    url: Secret("mongodb://127.0.0.1:1/"), database: "x", limits: watch.limits, wires: wires)
            }
        }
    }
}
