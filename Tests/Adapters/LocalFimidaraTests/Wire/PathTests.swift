import LogModel
import Testing

@testable import LocalFimidaraAdapter

@Suite("Paths and names")
struct PathTests {
    @Test(
        "lose empty and dot segments",
        arguments: [
            ("ws/a/b", ["a", "b"]), ("/ws//a/", ["a"]), ("ws/./a/../b", ["b"]), ("ws", []), ("x/../ws/a", ["a"]),
            ("../../ws/a", ["a"]), ("ws/ a .b", [" a .b"]),
        ])
    func normalise(text: String, names: [String]) throws {
        let path = try StorePath(text)
        #expect(path.rootname == "ws")
        #expect(path.names == names)
    }

    @Test(
        "have one to ten segments and no control characters", arguments: ["", "/", "..", "a\0b", "a/b\nc", "a\u{7F}"])
    func refuse(text: String) {
        #expect(throws: StorageFailure.self) { try StorePath(text) }
    }

    @Test("have at most ten segments")
    func boundDepth() throws {
        #expect(try StorePath("1/2/3/4/5/6/7/8/9/10").names.count == 9)
        #expect(throws: StorageFailure.self) { try StorePath("1/2/3/4/5/6/7/8/9/10/11") }
    }

    @Test(
        "end in a stem and an extension",
        arguments: [
            ("a.log", "a", "log"), ("foo.tar.gz", "foo.tar", "gz"), (".env", ".env", ""), ("foo.", "foo", ""),
            ("foo", "foo", ""), ("...", "..", ""),
        ])
    func splitNames(name: String, stem: String, ext: String) {
        let parts = FileName(name)
        #expect(parts.stem == stem)
        #expect(parts.ext == ext)
    }

    @Test(
        "are found behind their endpoint in any case, with their escapes",
        arguments: [
            ("/v1/files/readFile/ws/a.log", "ws/a.log"), ("/V1/FILES/readfile/ws%2Fa", "ws%2Fa"),
            ("/v1/files/uploadFile", ""), ("/v1/files/uploadFile/", ""), ("/v1/folders/addFolder/", ""),
        ])
    func route(path: String, tail: String) {
        #expect(Route(path: path)?.tail == tail)
    }

    @Test(
        "that belong to no endpoint have no route",
        arguments: [
            "", "/", "/v1", "/v1/files", "/v2/files/readFile/x", "/v1/files/readFile//ws/x", "/v1/files/readFile/a//b",
            "/v1/folders/addFolder/x", "/v1/users/login", "v1/files/readFile/x", "//v1/files/readFile",
        ])
    func refuseRoutes(path: String) {
        #expect(Route(path: path) == nil)
    }

    @Test(
        "are percent-decoded once, as UTF-8",
        arguments: [
            ("a%2Fb", "a/b"), ("a+b", "a+b"), ("%C3%A9", "é"), ("100%25", "100%"), ("%2525", "%25"), ("%", nil),
            ("%4", nil), ("%zz", nil), ("%ff", nil),
        ] as [(String, String?)])
    func decode(text: String, decoded: String?) {
        #expect(PercentDecoding.segment(text) == decoded)
    }

    @Test("name a file by its id when they are one segment that begins like one")
    func tellIDs() throws {
        #expect(try FileLocator(tail: "file000_abc").id == "file000_abc")
        #expect(try FileLocator(tail: "file000_abc%2Fx").path == "file000_abc/x")
        #expect(throws: StorageFailure.self) { try FileLocator(tail: String(repeating: "a", count: 871)) }
    }
}
