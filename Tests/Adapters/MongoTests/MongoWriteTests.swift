import DistributedLock
import LogModel
import PortContracts
import TestSupport
import Testing

@testable import MongoAdapter

@Suite("Writes of MongoDB whose answers are lost", .enabled(if: SharedMongo.url != nil), .serialized)
struct MongoWriteTests {
    @Test("T91: a write outside of a transaction is sent again under its number, and done once")
    func sentAgain() async throws {
        try await MongoFaultTests.withProxy { proxy, store, _ in
            for _ in 0..<3 {
                // The library counts what it sends again by itself in the same sessions.
                let answer = try await store.locks.acquire(LockName("l"), by: .fresh(), for: .seconds(60))
                guard case .granted(let lease) = answer else { throw LockStoreError(.broken, detail: "it is taken") }
                let cuts = proxy.cuts
                // Nobody would be met, were it done twice.
                proxy.cutNext(.answer(to: "lease_end"))
                #expect(try await store.locks.release(lease))
                #expect(proxy.cuts == cuts + 1)
            }
        }
    }

    @Test("what writes several documents at once has no number, and is done")
    func several() async throws {
        try await SharedMongo.withDatabase { database in
            let met = try await database.pool.withClient { client in
                try client.insert((1...3).map { ["_id": .int64($0), "n": 1] }, into: Collection.totals)
                let met = try client.update(
                    Collection.totals, [["q": ["n": 1], "u": ["$set": ["n": 2]], "multi": true]])
                try client.run(
                    ["delete": .string(Collection.totals), "deletes": [["q": ["n": 2], "limit": 0]]], .write)
                return (met, try client.all(.find(Collection.totals, [:])).count)
            }
            #expect(met == (3, 0))
        }
    }
}

@Suite("The names of commands of MongoDB")
struct CommandNameTests {
    @Test("a command is named with its collection, and with no value")
    func names() {
        let commands: [(BSONDocument, String)] = [
            (["insert": "records", "documents": [["secret": 1]]], "insert records"), (["ping": 1], "ping"),
            (["listCollections": 1, "nameOnly": true], "listCollections"), ([:], ""),
        ]
        for (command, name) in commands { #expect(MongoClient.name(of: command.bytes) == name) }
        #expect(MongoClient.name(of: []) == "" && MongoClient.name(of: [5, 0, 0, 0, 2]) == " ")
    }
}
