import Foundation
import Glibc
import ServerRig
import Testing

/// Processes under a service manager: its socket, its watchdog, its signals.
@Suite("Service manager")
struct ServiceManagerTests {
    @Test(
        "T37: READY comes when listeners are open, then WATCHDOG again and again, STOPPING first of the end",
        .timeLimit(.minutes(3)), arguments: ["dev", "serve", "work"])
    func notices(_ command: String) async throws {
        let scene = try await Scene(command, watchdog: "400000")
        let program = scene.program
        #expect(try await scene.next { $0.hasPrefix("STATUS=Opening") } == "STATUS=Opening the store")
        #expect(try await scene.next { $0.hasPrefix("READY=1\nSTATUS=") } != nil)
        // What is ready takes requests at once.
        let live = try #require(program.errorText.firstMatch(of: /(http:\/\/[0-9.:]+)\/metrics/)?.output.1)
        #expect(try await scene.site.send("GET", live + "/livez").status == 200)
        for _ in 0..<3 { #expect(try await scene.next { $0 == "WATCHDOG=1" } != nil) }
        program.signal(SIGHUP)
        for _ in 0..<2 { #expect(try await scene.next { $0 == "WATCHDOG=1" } != nil) }
        #expect(try await scene.site.send("GET", live + "/livez").status == 200, "SIGHUP ends nothing")
        #expect(try await scene.stop(program) == 0)
        #expect(try await scene.next { $0.hasPrefix("STOPPING=1") } == "STOPPING=1\nSTATUS=Shutting down")
    }

    @Test("T37: a watchdog of another process is not ours", .timeLimit(.minutes(3)))
    func other() async throws {
        let scene = try await Scene("dev", watchdog: "1000", more: ["WATCHDOG_PID": "1"])
        #expect(try await scene.next { $0.hasPrefix("READY=1") } != nil)
        #expect(try await scene.stop(scene.program) == 0)
        let rest = scene.waiting()
        #expect(!rest.contains("WATCHDOG=1"), "\(rest)")
    }

    @Test("T37: a process that nobody listens to starts as others do", .timeLimit(.minutes(3)))
    func deaf() async throws {
        let site = try Site()
        let program = try await site.startDev(environment: ["NOTIFY_SOCKET": site.folder + "/nobody"])
        #expect(try await site.stop(program) == 0)
    }
}

/// A process whose service manager is this test.
private final class Scene: Sendable {
    let site: Site
    let program: RunningProgram
    private let store: RunningProgram?
    private let storeSite: Site?
    private let socket: Int32

    /// Starts the process; `serve` and `work` keep their files at a `dev` of their own.
    init(_ command: String, watchdog: String, more: [String: String] = [:]) async throws {
        let site = try Site()
        let name = "logferry-\(UUID().uuidString)"
        socket = try Scene.bound("\0" + name)
        var environment = ["NOTIFY_SOCKET": "@" + name, "WATCHDOG_USEC": watchdog]
        if command == "dev" {
            storeSite = nil
            store = nil
        } else {
            let other = try Site()
            storeSite = other
            store = try await other.startDev()
            environment.merge(try site.use(other)) { $1 }
        }
        environment.merge(more) { $1 }
        self.site = site
        program = try RunningProgram([command] + site.flags, environment: environment, folder: site.folder + "/logs")
    }

    deinit {
        program.signal(SIGKILL)
        store?.signal(SIGKILL)
        close(socket)
    }

    private static func bound(_ name: String) throws -> Int32 {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(name.utf8)) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.utf8.count)
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, length) }
        }
        guard code == 0 else { throw HarnessError("a socket cannot be bound: \(errno)") }
        return socket
    }

    /// All messages that wait.
    func waiting() -> [String] {
        var messages: [String] = []
        while let message = received() { messages.append(message) }
        return messages
    }

    /// The next message that is asked for; those before it are passed over.
    func next(where isIt: (String) -> Bool) async throws -> String? {
        for _ in 0..<6000 {
            while let message = received() { if isIt(message) { return message } }
            try await Task.sleep(for: .milliseconds(10))
        }
        return nil
    }

    private func received() -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }

    func stop(_ program: RunningProgram) async throws -> Int32 { try await site.stop(program) }
}
