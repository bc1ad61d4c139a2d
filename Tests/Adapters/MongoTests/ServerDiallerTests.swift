import AppRegistry
import Glibc
import HostLookup
import ServerRig
import TestSupport
import Testing

@testable import MongoAdapter

@Suite("Connecting to MongoDB", .enabled(if: SharedMongo.url != nil))
struct ServerDiallerTests {
    @Test("T91: dead addresses in front of a live one cost a moment; a look-up that never ends holds nobody")
    func addresses() async throws {
        let scene = try SilentScene()
        var limits = scene.limits
        limits.lookups = 1
        let several = HostLookup { _ in .success((2...10).map { "127.0.0.\($0)" } + ["127.0.0.1"]) }
        let server = DialledServer(host: "ten.invalid", port: scene.proxy.port, shown: "ten", limit: .seconds(10))
        let socket = try ServerDialler(lookup: several, limits: limits).dial(server)
        close(socket)
        let endless = HostLookup { _ in
            sleep(30)
            return .success([])
        }
        for (host, words) in [("one.invalid", "was not answered in time"), ("two.invalid", "have not come back")] {
            let server = DialledServer(host: host, port: 1, shown: host, limit: .milliseconds(200))
            let failure = #expect(throws: DialFailure.self) {
                _ = try ServerDialler(lookup: endless, limits: limits).dial(server)
            }
            #expect(failure?.reason.contains(words) == true, "\(failure?.reason ?? "")")
        }
        scene.proxy.stop()
    }

    @Test("T91: servers of a set that are gone hold up one that is there for a moment only", arguments: [true, false])
    func deadServers(_ liveComesFirst: Bool) async throws {
        var scene = try SilentScene()
        scene.limits.connect = .seconds(5)
        let live = "127.0.0.1:\(scene.proxy.port)"
        let dead = try (2...5).map { try FullListener(at: $0) }
        let hosts = dead.enumerated().map { "127.0.0.\($0 + 2):\($1.port)" }
        let servers = (liveComesFirst ? [live] + hosts : hosts + [live]).joined(separator: ",")
        let start = ContinuousClock.now
        let url = scene.url.replacing(live, with: servers)
            .replacing("directConnection=true", with: "directConnection=false")
        let database = try await scene.database(at: url, size: 1)
        // Each took its five seconds, one after the other.
        #expect(.now - start < .seconds(18))
        try await database.add(.fresh())
        await database.close()
        withExtendedLifetime(dead) {}
        scene.proxy.stop()
    }

    @Test("a port where nobody listens is refused at once")
    func refused() throws {
        let server = DialledServer(host: "127.0.0.1", port: 1, shown: "h", limit: .seconds(30))
        let failure = #expect(throws: DialFailure.self) {
            _ = try ServerDialler(lookup: .system, limits: MongoLimits()).dial(server)
        }
        #expect(failure?.code == ECONNREFUSED)
    }
}
