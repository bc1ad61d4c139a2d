import AppRegistry
import InMemoryAdapter
import LogModel
import SdkProvisioning
import TestSupport
import Testing

@Suite("Repair of what lets an app write")
struct RepairTests {
    /// What somebody may take away on the file server.
    enum Loss: CaseIterable {
        case group, right, membership, folder, token

        var part: ProvisionedPart {
            switch self {
            case .group: .group
            case .right: .right
            case .membership: .membership
            case .folder: .folder
            case .token: .token
            }
        }

        func strike(_ bench: ProvisioningBench, _ token: ClientToken) async throws {
            let grant = try #require(await bench.memory.grant(for: token.app))
            switch self {
            case .group: await bench.storage.loseGroup(grant.group)
            case .right: await bench.storage.loseGrants(of: grant.group)
            case .membership: await bench.storage.loseMembers(of: grant.group)
            case .folder: await bench.storage.loseFolder(at: grant.folderPath)
            case .token: _ = try await bench.storage.deleteTokens(for: token.id)
            }
        }
    }

    @Test("T70: what was taken away is there again a minute later, for a token that had it", arguments: Loss.allCases)
    func heals(_ loss: Loss) async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        let provisioner = bench.provisioner()
        _ = try await provisioner.provision(for: token)
        try await loss.strike(bench, token)
        bench.clock.advance(by: SdkProvisioner.trust)
        let again = try await provisioner.provision(for: token)
        #expect(await bench.storage.mayUpload(again.credential.secret, to: again.folderPath))
        let event = try #require(bench.events.all.first)
        switch event {
        case .repaired(let app, let parts): #expect(app == token.app && parts.contains(loss.part), "\(parts)")
        }
        #expect(bench.events.all.count == 1)
    }

    @Test("T70: a new client token can write at once, whatever was taken away before", arguments: Loss.allCases)
    func newToken(_ loss: Loss) async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        let provisioner = bench.provisioner()
        _ = try await provisioner.provision(for: token)
        try await loss.strike(bench, token)
        let new = try await provisioner.provision(for: try await bench.token())
        #expect(await bench.storage.mayUpload(new.credential.secret, to: new.folderPath))
    }

    @Test("T70: a repair looks at once, whoever trusts what", arguments: Loss.allCases)
    func repair(_ loss: Loss) async throws {
        let bench = ProvisioningBench()
        let (token, other) = (try await bench.token(), try await bench.token())
        let provisioner = bench.provisioner()
        let first = try await provisioner.provision(for: token)
        let second = try await provisioner.provision(for: other)
        try await loss.strike(bench, token)
        let report = try await bench.provisioner().repair(token.app)
        #expect(report.wasProvisioned)
        if loss == .token {
            #expect(report.withoutStorageToken == 1 && report.members == 1 && report.repaired.isEmpty)
        } else {
            #expect(report.repaired.contains(loss.part), "\(report)")
            #expect(report.members == 2)
            #expect(await bench.storage.mayUpload(first.credential.secret, to: first.folderPath))
        }
        #expect(await bench.storage.mayUpload(second.credential.secret, to: second.folderPath))
        let again = try await bench.provisioner().repair(token.app)
        #expect(again.repaired.isEmpty && again.restoredMembers == 0)
    }

    @Test("T70: there is nothing to repair before the first init")
    func nothing() async throws {
        let bench = ProvisioningBench()
        let report = try await bench.provisioner().repair(try await bench.token().app)
        #expect(!report.wasProvisioned)
        #expect(await bench.calls() == 0)
    }

    @Test("T70: proving costs two calls more for an app and one for each token, once a minute")
    func cost() async throws {
        let bench = ProvisioningBench()
        let (token, other) = (try await bench.token(), try await bench.token())
        let provisioner = bench.provisioner()
        for token in [token, other] { _ = try await provisioner.provision(for: token) }
        bench.clock.advance(by: SdkProvisioner.trust)
        var costs: [Int] = []
        for token in [token, other, token, other] {
            let before = await bench.calls()
            _ = try await provisioner.provision(for: token)
            costs.append(await bench.calls() - before)
        }
        #expect(costs == [4, 2, 1, 1])
        #expect(bench.events.all.isEmpty)
    }

    @Test("T72: another folder that is configured counts for tokens that were provisioned before it was")
    func otherPlace() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        _ = try await bench.provisioner().provision(for: token)
        let moved = try await bench.provisioner(logsFolder: "acme/elsewhere").provision(for: token)
        #expect(moved.folderPath.description == "acme/elsewhere/\(token.app)")
        #expect(await bench.storage.mayUpload(moved.credential.secret, to: moved.folderPath))
        #expect(bench.events.all.isEmpty, "nothing was lost")
    }
}

@Suite("Twins of groups")
struct TwinTests {
    /// Lets nobody make a group before all have looked for one.
    private actor Gate {
        private let count: Int
        private var arrived = 0
        private var waiting: [CheckedContinuation<Void, Never>] = []

        init(_ count: Int) { self.count = count }

        func pass() async {
            arrived += 1
            if arrived >= count {
                for waiter in waiting { waiter.resume() }
                waiting = []
            } else {
                await withCheckedContinuation { waiting.append($0) }
            }
        }
    }

    @Test("T79: processes that provision an app at once end with one group, and all their tokens may write")
    func race() async throws {
        let bench = ProvisioningBench(hasUniqueGroups: false)
        let tokens = [try await bench.token(), try await bench.token(), try await bench.token()]
        let gate = Gate(tokens.count)
        let racing = HookedStorage(bench.storage) { if $0 == .createGroup { await gate.pass() } }
        let provisions = try await withThrowingTaskGroup(of: SdkProvisioner.Provision.self) { group in
            for token in tokens {
                // Each process has a provisioner of its own, and with it lanes of its own.
                let provisioner = bench.provisioner(over: racing)
                group.addTask { try await provisioner.provision(for: token) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(await bench.storage.calls(of: .createGroup) == tokens.count)
        let left = try await bench.storage.groups(named: "logferry-write-\(tokens[0].app)")
        #expect(left == [try #require(await bench.group(of: tokens[0].app))])
        for provision in provisions {
            #expect(await bench.storage.mayUpload(provision.credential.secret, to: provision.folderPath))
        }
    }

    @Test("processes that replace the same lost group at once end with one group, and all their tokens may write")
    func raceForLostGroup() async throws {
        let bench = ProvisioningBench(hasUniqueGroups: false)
        let tokens = [try await bench.token(), try await bench.token(), try await bench.token()]
        for token in tokens { _ = try await bench.provisioner().provision(for: token) }
        await bench.storage.loseGroup(try #require(await bench.group(of: tokens[0].app)))
        let before = await bench.storage.calls(of: .createGroup)
        let gate = Gate(tokens.count)
        let racing = HookedStorage(bench.storage) { if $0 == .createGroup { await gate.pass() } }
        let provisions = try await withThrowingTaskGroup(of: SdkProvisioner.Provision.self) { group in
            for token in tokens {
                let provisioner = bench.provisioner(over: racing)
                group.addTask { try await provisioner.provision(for: token) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(await bench.storage.calls(of: .createGroup) == before + tokens.count)
        let left = try await bench.storage.groups(named: "logferry-write-\(tokens[0].app)")
        #expect(left == [try #require(await bench.group(of: tokens[0].app))])
        for provision in provisions {
            #expect(await bench.storage.mayUpload(provision.credential.secret, to: provision.folderPath))
        }
    }

    @Test("T79: a twin that a killed process left behind is removed by a repair of what is lost")
    func leftBehind() async throws {
        let bench = ProvisioningBench(hasUniqueGroups: false)
        let token = try await bench.token()
        _ = try await bench.provisioner().provision(for: token)
        let name = "logferry-write-\(token.app)"
        _ = try await bench.storage.createGroup(named: name)
        let kept = try #require(await bench.group(of: token.app))
        let report = try await bench.provisioner().repair(token.app)
        #expect(report.repaired == [.twin])
        #expect(try await bench.storage.groups(named: name) == [kept])
    }
}
