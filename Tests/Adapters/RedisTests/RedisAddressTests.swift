import DistributedLock
import LogModel
import TestSupport
import Testing

@testable import RedisAdapter

@Suite("Addresses of Redis servers")
struct RedisAddressTests {
    @Test("host, port and database are read, or have their defaults")
    func places() throws {
        let plain = try RedisAddress("redis://localhost")
        #expect(plain.host == "localhost" && plain.port == 6379 && plain.database == 0 && plain.password == nil)
        let full = try RedisAddress("redis://[::1]:7000/3")
        #expect(full.host == "::1" && full.port == 7000 && full.database == 3)
        #expect(full.description == "redis://[::1]:7000/3")
        #expect(try RedisAddress("redis://10.0.0.1:1/").description == "redis://10.0.0.1:1")
    }

    @Test("user and password are read with their escapes, and never shown")
    func credentials() throws {
        let both = try RedisAddress("redis://ann:p%40ss%2fw%25@h:1/0")
        #expect(both.user == "ann" && both.password?.reveal { $0 } == "p@ss/w%")
        let raw = try RedisAddress("redis://:s3@cret@h")
        #expect(raw.user == nil && raw.host == "h" && raw.password?.reveal { $0 } == "s3@cret")
        for shown in ["\(both)", "\(raw)", String(reflecting: raw)] {
            #expect(!shown.contains("s3") && !shown.contains("p@"))
        }
    }

    @Test(
        "what is no address is refused, and the message shows nothing of it",
        arguments: [
            "", "localhost", "http://h", "rediss://h", "redis://", "redis://h:0", "redis://h:70000", "redis://h:x",
            "redis://h/x", "redis://h/-1", "redis://canary@h", "redis://:@h", "redis://u:canary%4@h", "redis://[::1",
            "redis://[::1]x", "redis://h?db=canary", "redis://u:%ffcanary@h", "redis://a b",
        ])
    func refused(_ text: String) {
        let error = #expect(throws: RedisAddressError.self) { try RedisAddress(text) }
        #expect(error?.description.contains("canary") == false && error?.description.isEmpty == false)
    }

    @Test("an even number of servers and one server named twice are refused")
    func together() throws {
        func store(_ urls: [String]) throws -> RedisLockStore {
            try RedisLockStore(urls.map { try RedisAddress($0) }, entropy: FreshEntropy())
        }
        for urls in [[], ["redis://a", "redis://b"], ["redis://a", "redis://b", "redis://a/1"]] {
            #expect(throws: RedisSettingsError.self) { try store(urls) }
        }
        #expect(throws: Never.self) { try store(["redis://a:1", "redis://a:2", "redis://a:3"]) }
    }
}

@Suite("What Redis servers answer")
struct RedisAnswerTests {
    @Test(
        "errors have a meaning that never repeats the command",
        arguments: [
            ("NOAUTH Authentication required.", "asks for a password"),
            ("WRONGPASS invalid username-password pair canary", "refuses the user or the password"),
            ("ERR unknown command 'EVAL', with args beginning with: 'canary'", "neither EVALSHA nor EVAL"),
            ("READONLY You can't write against a read only replica.", "is a replica"),
            ("ERR Error running script (call to f_1): @user_script:3: -READONLY You can't write", "is a replica"),
            ("OOM command not allowed when used memory > 'maxmemory'.", "no memory left"),
            ("ERR canary", "with the code ERR"),
            ("canary", "refused the script"),
        ])
    func meanings(_ answer: String, _ meaning: String) {
        let failure = RedisFailure(answer: answer, to: .script)
        #expect(failure.detail.contains(meaning), "\(failure.detail)")
        #expect(!failure.detail.contains("canary"))
    }

    @Test("two servers with one run id are one, and a replica is no master")
    func identities() {
        func server(_ label: String, _ info: String) -> (label: String, found: Result<RedisIdentity, RedisFailure>) {
            (label, .success(RedisIdentity(info: info)))
        }
        let master = "# Server\r\nredis_version:7.0.15\r\nrun_id:aa\r\nrole:master\r\n"
        #expect(RedisIdentity.concerns([server("one", master)]).isEmpty)
        let concerns = RedisIdentity.concerns([
            server("one", master), server("two", "run_id:bb\r\nrole:slave\r\n"), server("three", master),
            ("four", .failure(RedisFailure(.unavailable, "did not answer in time"))),
        ])
        #expect(concerns.count == 3)
        #expect(concerns[0].hasPrefix("two is a replica") && concerns[1].hasPrefix("three and one are one server"))
        #expect(concerns[2] == "four did not answer in time")
    }

    @Test("back-off grows, is bounded, is spread by chance, and ends with a success")
    func backoff() throws {
        var backoff = Backoff(RedisLimits())
        let now = ContinuousClock.now
        #expect(backoff.notBefore == nil)
        var waits: [Duration] = []
        for _ in 0..<40 {
            backoff.fail(at: now, FreshEntropy())
            waits.append(now.duration(to: try #require(backoff.notBefore)))
        }
        #expect(waits[0] >= .milliseconds(50) && waits[0] <= .milliseconds(100))
        #expect(waits.allSatisfy { $0 <= .seconds(5) } && waits[39] >= .milliseconds(2500))
        #expect(Set(waits.suffix(20)).count > 10)
        backoff.succeed()
        #expect(backoff.notBefore == nil)
    }
}
