import Foundation
import ServerRig
import TestSupport

/// A MongoDB set of three servers, the primary of which can be frozen.
final class MongoSet: Sendable {
    private let members: [TemporaryFolder]
    private let script = ServiceScript("mongo")
    /// What processes are told of it.
    let environment: [String: String]

    /// Starts one; after so long a silence of the primary the others elect another one.
    init(electionAfter silence: Duration) async throws {
        members = [try TemporaryFolder(), try TemporaryFolder(), try TemporaryFolder()]
        for member in members { _ = try await script.start(in: member, ["--member"]) }
        let url = try await script.unite(members, electionAfter: silence).variable("LOGFERRY_TEST_MONGO_SET")
        environment = ["LOGFERRY_STORE_URL": url.replacing("/?", with: "/logferry?")]
    }

    /// Lets the primary fall silent: connections stay, and nothing is answered.
    /// - Returns: the member that it was.
    func freezePrimary() async throws -> TemporaryFolder {
        let primary = try await script.primary(among: members)
        try script.signal(SIGSTOP, in: primary)
        return primary
    }

    /// Waits until another member is the primary, and if it is to be durable, the majority keeps pace with it.
    func newPrimary(insteadOf old: TemporaryFolder, isDurable: Bool = false) async throws {
        _ = try await script.primary(among: members.filter { $0.path != old.path }, isDurable: isDurable)
    }

    /// Lets a member go on.
    func thaw(_ member: TemporaryFolder) throws { try script.signal(SIGCONT, in: member) }

    /// Ends all of them.
    func stop() async throws {
        for member in members {
            try? script.signal(SIGCONT, in: member)
            try await script.stop(in: member)
        }
    }
}
