import Foundation
import Glibc
import ServerRig
import Testing

/// What workers do beside consuming, seen from outside.
@Suite("Upkeep", .serialized)
struct UpkeepTests {
    @Test("logferry fields shows the whole catalogue, however many fields, as a table and as JSON")
    func fields() async throws {
        let site = try Site()
        let dev = try await site.startDev(["--index-interval", "50ms"])
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let empty = try await site.run(["fields", "shop"])
        #expect(empty.code == 0 && empty.output.isEmpty && empty.words.contains("no records"), "\(empty.words)")
        let many = (0..<2100).map { "\"f\($0)\":\($0)" }.joined(separator: ",")
        let file = site.folder + "/fields.ndjson"
        try Data("{\"tags\":[\"a\"]}\n{\"tags\":[7]}\n{\(many)}\n".utf8).write(to: URL(fileURLWithPath: file))
        #expect(try await site.run(["ingest", file, "--app", "shop"]).code == 0)
        try await Fleet.until("the fields are there") {
            try await site.run(["fields", "shop", "--json"]).output.split(separator: "\n").count == 2102
        }
        let rows = try await site.run(["fields", "shop", "--json"]).output.split(separator: "\n")
        let elements = try #require(rows.first { $0.contains("\"path\":\"tags[*]\"") })
        #expect(elements.contains("\"types\":[\"number\",\"string\"],\"count\":2,\"firstSeen\":\""), "\(elements)")
        let table = try await site.run(["fields", "shop"]).output.split(separator: "\n")
        #expect(table.count == 2103 && table[0].hasPrefix("PATH"), "\(table.prefix(2))")
        #expect(table.contains { $0.hasPrefix("tags[*]") && $0.contains("number,string") })
        #expect(try await site.run(["fields", "nobody"]).code == 1)
        #expect(try await site.run(["fields"]).code == 2)
        #expect(try await site.stop(dev) == 0)
    }
}
