import BlockingExecutor
import HTTPTransport
import LogIngestion
import LogModel
import SdkProvisioning
import Testing

@testable import FimidaraAdapter

@Suite("Fimidara: listing")
struct ListingTests {
    private static func file(
        _ number: Int, name: String? = nil, ext: String = #""ndjson""#, version: Int = 1, parent: String = "folder0_A"
    ) -> String {
        let stem = name ?? "p\(number)-2026-11-20"
        return #"{"resourceId":"file000_\#(number)","parentId":"\#(parent)","name":"\#(stem)","ext":\#(ext),"#
            + #""size":\#(number * 10),"version":\#(version),"read":{"available":true},"new":[1]}"#
    }

    /// A bench whose listing answers with the given pages of entries, and then with empty ones.
    private static func bench(pageSize: Int = 1000, _ pages: [[String]]) throws -> Bench {
        try Bench(pageSize: pageSize) { call in
            guard call.name == "listFolderContent" else { return Bench.folder() }
            let files = call.index < pages.count ? pages[call.index].joined(separator: ",") : ""
            return json(
                #"{"folders":[],"files":[\#(files)],"page":\#(call.index),"notes":[{"code":"mountsNotCompletelyIngested"}]}"#
            )
        }
    }

    private func listed(_ bench: Bench) async throws -> (objects: [SourceObject], foreign: Int) {
        let pages = Locked<[ObjectPage]>([])
        try await bench.source.list { page in pages.withLock { $0.append(page) } }
        return pages.withLock { ($0.flatMap(\.objects), $0.reduce(0) { $0 + $1.foreign.count }) }
    }

    private func failure(_ bench: Bench) async -> SourceError? {
        do {
            _ = try await listed(bench)
            return nil
        } catch {
            return error as? SourceError
        }
    }

    @Test("looks the folder up by path and lists it by id, files alone") func shape() async throws {
        let bench = try ListingTests.bench([[ListingTests.file(1)]])
        let (objects, foreign) = try await listed(bench)
        #expect(bench.source.id == SourceID("fimidara:acme/logs/app_1"))
        #expect(bench.transport.names == ["getFolder", "listFolderContent"])
        #expect(
            bench.transport.calls[1].body
                == #"{"contentType":"file","folderId":"folder0_A","page":0,"pageSize":1000}"#)
        let day = CivilDay(text: "2026-11-20")
        #expect(
            objects == [
                SourceObject(
                    key: ObjectKey("p1-2026-11-20.ndjson"), identity: "file000_1", size: 10, day: day, fileIndex: 1,
                    version: "1")
            ])
        #expect(foreign == 0)
    }

    @Test("never lists a folder that is not there") func missing() async throws {
        let bench = try Bench { _ in refusal(404, "NotFoundError", "Folder not found") }
        #expect(try await listed(bench).objects.isEmpty)
        #expect(bench.transport.names == ["getFolder", "getWorkspace"], "the answer is looked behind")
    }

    @Test("tells our names from others', and takes segments for final") func names() async throws {
        let bench = try ListingTests.bench([
            [
                ListingTests.file(1, name: "p-2026-11-20-s00000007"), ListingTests.file(2, name: "p-2026-11-20-2"),
                ListingTests.file(3, name: "notes", ext: #""txt""#), ListingTests.file(4, name: "noext", ext: "null"),
                ListingTests.file(5, name: "p-2026-11-20.ndjson", ext: #""""#), ListingTests.file(6, version: 0),
            ]
        ])
        let (objects, foreign) = try await listed(bench)
        #expect(objects.map(\.identity) == ["file000_1", "file000_2", "file000_5"])
        #expect(objects.map(\.isFinal) == [true, false, false])
        #expect(objects.map(\.fileIndex) == [7, 2, 1])
        #expect(foreign == 2)
    }

    @Test("reads 2500 files over shuffled and overlapping pages, each once") func pages() async throws {
        var numbers = Array(0..<2500)
        numbers.shuffle()
        let shifted = [numbers[0..<1000], numbers[900..<1900], numbers[1800..<2500] + numbers[0..<5]]
        let bench = try ListingTests.bench(shifted.map { $0.map { ListingTests.file($0) } })
        let (objects, _) = try await listed(bench)
        #expect(objects.count == 2500)
        #expect(Set(objects.map(\.identity)).count == 2500)
        #expect(bench.transport.calls.dropFirst().map(\.body).last?.contains(#""page":2"#) == true)
    }

    @Test("goes on while the list of folders is full") func bothLists() async throws {
        let bench = try Bench(pageSize: 1) { call in
            switch (call.name, call.index) {
            case ("getFolder", _): Bench.folder()
            case (_, 0): json(#"{"folders":[{"resourceId":"folder0_X"}],"files":[]}"#)
            case (_, 1): json(#"{"folders":[],"files":[\#(ListingTests.file(1))]}"#)
            default: json(#"{"files":[]}"#)
            }
        }
        #expect(try await listed(bench).objects.count == 1)
        #expect(bench.transport.calls.count == 4)
    }

    @Test("gives up on pages that repeat without end") func repeating() async throws {
        let page = [ListingTests.file(1), ListingTests.file(2)]
        let bench = try ListingTests.bench(pageSize: 2, Array(repeating: page, count: 50))
        #expect(await failure(bench)?.reason == .unavailable)
        #expect(bench.transport.calls.count < 10)
    }

    @Test("refuses entries from elsewhere, which is what a vanished folder's listing shows") func vanished()
        async throws
    {
        for parent in ["folder0_P", ""] {
            let entry = ListingTests.file(1, parent: parent)
            let bench = try ListingTests.bench([[entry]])
            #expect(await failure(bench)?.reason == .unavailable)
        }
        let atRoot = ListingTests.file(1).replacing(#""folder0_A""#, with: "null")
        #expect(await failure(try ListingTests.bench([[atRoot]]))?.reason == .unavailable)
    }

    @Test("takes the first of two files of one name") func twins() async throws {
        let bench = try ListingTests.bench([
            [ListingTests.file(1, name: "p-2026-11-20"), ListingTests.file(2, name: "p-2026-11-20")]
        ])
        let (objects, foreign) = try await listed(bench)
        #expect(objects.map(\.identity) == ["file000_1"])
        #expect(foreign == 1)
    }

    @Test("asks for a page only when the one before was visited, and hands on what the visitor throws") func pulled()
        async throws
    {
        struct Enough: Error {}
        let bench = try ListingTests.bench(pageSize: 1, [[ListingTests.file(1)], [ListingTests.file(2)]])
        await #expect(throws: Enough.self) {
            try await bench.source.list { page in
                #expect(bench.transport.calls.count == 2)
                throw Enough()
            }
        }
        #expect(bench.transport.calls.count == 2)
    }

    @Test("an entry without a size is no entry") func strict() async throws {
        let entry = #"{"resourceId":"file000_1","parentId":"folder0_A","name":"a","version":1}"#
        let bench = try ListingTests.bench(Array(repeating: [entry], count: 4))
        let error = await failure(bench)
        #expect(error?.reason == .unavailable)
        #expect(error?.detail.contains("size is missing") == true)
    }

    @Test(
        "maps refusals",
        arguments: [
            (401, SourceError.Reason.unauthenticated), (403, .forbidden), (400, .rejected), (500, .unavailable),
        ])
    func refusals(_ status: Int, _ reason: SourceError.Reason) async throws {
        #expect(await failure(try Bench { _ in refusal(status, "x") })?.reason == reason)
    }
}
