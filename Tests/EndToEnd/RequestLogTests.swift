import Foundation
import ServerRig
import Testing

/// What the log says of requests.
@Suite("Request log", .serialized)
struct RequestLogTests {
    @Test("T79: the time of a request is a whole number of milliseconds")
    func durations() async throws {
        let site = try Site()
        let dev = try await site.startDev(["--log-level", "debug"])
        _ = try await site.call("GET", site.api("/v1/apps"), try site.secret("admin.key"))
        #expect(try await site.stop(dev) == 0)
        let values = dev.errorText.split(separator: "\n").compactMap { line in
            let entry = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return entry?["duration_ms"].map { "\($0)" }
        }
        #expect(!values.isEmpty && values.allSatisfy { Int($0) != nil }, "\(values)")
    }
}
