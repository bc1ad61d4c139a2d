import HTTPTypes
import Testing

@testable import Server

/// Which route a path belongs to.
@Suite("Table of routes")
struct RouteTableTests {
    @Test("a segment that is named comes before one that stands for any, in whatever order routes are given")
    func order() throws {
        let paths = ["/v1/{a}/{b}", "/v1/logs/{id}", "/v1/logs/count", "/v1/{a}/count", "/v1/{a}/{b}/c"]
        for turn in 0..<20 {
            let routes = (turn.isMultiple(of: 2) ? paths : paths.reversed()).map { path in
                Route(.get, path, .open) { _, _, _ in throw Problem.unknownRoute }
            }
            let table = RouteTable(routes)
            for (path, template) in [
                ("/v1/logs/count", "/v1/logs/count"), ("/v1/logs/5", "/v1/logs/{id}"), ("/v1/x/count", "/v1/{a}/count"),
                ("/v1/x/y", "/v1/{a}/{b}"), ("/v1/logs/count/c", "/v1/{a}/{b}/c"),
            ] {
                #expect(table.match(path)?.template == template, "\(path)")
            }
            #expect(table.match("/v1/logs") == nil && table.match("/v1/a/b/d") == nil)
        }
    }
}
