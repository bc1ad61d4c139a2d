import AppRegistry
import InMemoryAdapter
import LogModel
import SdkProvisioning
import Testing

@Suite("SdkProvisioner")
struct SdkProvisionerTests {
    @Test("a first init gives a credential that writes into the app's folder and nowhere else")
    func cold() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        let other = try await bench.token(app: "other")
        let provision = try await bench.provisioner().provision(for: token)
        let foreign = try await bench.provisioner().provision(for: other)
        #expect(provision.folderPath.description == "acme/logs/\(token.app)")
        #expect(await bench.storage.mayUpload(provision.credential.secret, to: provision.folderPath))
        #expect(await !bench.storage.mayUpload(provision.credential.secret, to: foreign.folderPath))
    }

    @Test("I1: 100 inits write the permission once, and each warm one asks the storage once")
    func warm() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        let provisioner = bench.provisioner()
        _ = try await provisioner.provision(for: token)
        for _ in 0..<99 {
            let before = await bench.calls()
            _ = try await provisioner.provision(for: token)
            #expect(await bench.calls() - before == 1)
        }
        #expect(await bench.storage.calls(of: .grantUpload) == 1)
        #expect(await bench.storage.calls(of: .assign) == 1)
    }

    @Test("a folder that vanished is missed within a minute, by the process that saw it last")
    func vanishedUnderTrust() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        let provisioner = bench.provisioner()
        let first = try await provisioner.provision(for: token)
        await bench.storage.loseFolder(at: first.folderPath)
        bench.clock.advance(by: .seconds(59))
        _ = try await provisioner.provision(for: token)
        #expect(await bench.storage.calls(of: .createFolder) == 1)
        bench.clock.advance(by: .seconds(1))
        let again = try await provisioner.provision(for: token)
        #expect(await bench.storage.mayUpload(again.credential.secret, to: again.folderPath))
        #expect(await bench.storage.calls(of: .createFolder) == 2)
    }

    @Test("a clock that steps back makes a confirmed folder doubtful, not certain for ever")
    func clockStepsBack() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        let provisioner = bench.provisioner()
        _ = try await provisioner.provision(for: token)
        bench.clock.advance(by: .seconds(-10))
        let before = await bench.calls()
        _ = try await provisioner.provision(for: token)
        #expect(await bench.storage.calls(of: .createToken) >= 1)
        #expect(await bench.calls() - before >= 2)
    }

    @Test("I2: 50 simultaneous first inits provision once")
    func crowd() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        let provisioner = bench.provisioner()
        let secrets = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 {
                group.addTask { try await provisioner.provision(for: token).credential.secret.reveal { $0 } }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(secrets).count == 50)
        #expect(await bench.storage.calls(of: .createToken) == 1)
        #expect(await bench.storage.calls(of: .createFolder) == 1)
        #expect(await bench.storage.calls(of: .createGroup) == 1)
    }

    @Test("what another process made at the same moment is used", arguments: [true, false])
    func conflicts(_ losesAnswers: Bool) async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        let calls: [InMemoryStorage.Call] = [.createFolder, .createGroup, .createToken, .grantUpload, .assign]
        if losesAnswers {
            // Each creation takes effect and its answer is lost: the retry finds everything there.
            for call in calls { await bench.storage.inject([.answerLost], into: call) }
            // The folder and the storage token are made at the same time, and fail together.
            for _ in calls.dropFirst() {
                await #expect(throws: StorageError.self) { try await bench.provisioner().provision(for: token) }
            }
        } else {
            // The first look finds nothing, as when the other process is a moment later.
            _ = try await bench.storage.createFolder(at: StoragePath("acme/logs/\(token.app)"))
            try await bench.storage.createToken(for: token.id, lifetime: .seconds(3600), expiresAt: nil)
        }
        let provision = try await bench.provisioner().provision(for: token)
        #expect(await bench.storage.mayUpload(provision.credential.secret, to: provision.folderPath))
        #expect(await bench.storage.tokenCount(of: token.id) == 1)
    }

    @Test("a folder that vanished is made again, with its grant")
    func vanishedFolder() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        let first = try await bench.provisioner().provision(for: token)
        await bench.storage.loseFolder(at: first.folderPath)
        let again = try await bench.provisioner().provision(for: token)
        #expect(await bench.storage.mayUpload(again.credential.secret, to: again.folderPath))
    }

    @Test("a storage token that vanished is made again")
    func vanishedToken() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        _ = try await bench.provisioner().provision(for: token)
        _ = try await bench.storage.deleteTokens(for: token.id)
        let again = try await bench.provisioner().provision(for: token)
        #expect(await bench.storage.mayUpload(again.credential.secret, to: again.folderPath))
    }

    @Test("a credential ends with the configured lifetime or the client token, whichever is earlier")
    func expiry() async throws {
        let bench = ProvisioningBench()
        let long = try await bench.provisioner().provision(for: try await bench.token())
        #expect(long.credential.expiresAt == bench.clock.now().advanced(by: .seconds(3600)))
        let brief = try await bench.token(expiresAfter: .seconds(60), app: "brief")
        #expect(
            try await bench.provisioner().provision(for: brief).credential.expiresAt == brief.expiresAt)
    }

    @Test("a lifetime that was shortened holds from the next init on")
    func shortened() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        _ = try await bench.provisioner(lifetime: .seconds(86_400)).provision(for: token)
        let provision = try await bench.provisioner(lifetime: .seconds(600)).provision(for: token)
        #expect(provision.credential.expiresAt == bench.clock.now().advanced(by: .seconds(600)))
        #expect(await bench.storage.mayUpload(provision.credential.secret, to: provision.folderPath))
    }

    @Test("C22: an instance keeps its prefix, instances have different ones, and a known prefix is kept")
    func prefixes() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        let other = try await bench.token(app: "other")
        let provisioner = bench.provisioner()
        let one = try await provisioner.provision(for: token, instance: "one").filePrefix
        #expect(try await provisioner.provision(for: token, instance: "one").filePrefix == one)
        #expect(try await provisioner.provision(for: token, instance: "two").filePrefix != one)
        #expect(try await provisioner.provision(for: other, instance: "one").filePrefix != one)
        #expect(try await provisioner.provision(for: token, keeping: one).filePrefix == one)
        #expect(try await provisioner.provision(for: other, keeping: one).filePrefix != one, "a foreign prefix")
        let nameless = try await provisioner.provision(for: token).filePrefix
        #expect(try await provisioner.provision(for: token).filePrefix != nameless)
        #expect(await bench.memory.owner(of: one)?.token == token.id, "lines can be traced to their token")
    }

    @Test("a storage that cannot be reached fails the init and leaves it repeatable")
    func unavailable() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        let down = StorageError(.unavailable, detail: "down")
        let calls = Set(InMemoryStorage.Call.allCases).subtracting([.deleteTokens, .deleteGroup, .holder])
        for call in calls {
            await bench.storage.inject([.refused(down)], into: call)
        }
        var failures = 0
        while true {
            do {
                let provision = try await bench.provisioner().provision(for: token)
                #expect(await bench.storage.mayUpload(provision.credential.secret, to: provision.folderPath))
                break
            } catch let error as StorageError {
                #expect(error == down)
                failures += 1
                try #require(failures < 20)
            }
        }
        // Calls that are made at the same time fail together.
        #expect((calls.count / 2...calls.count).contains(failures))
        #expect(await !bench.storage.hasFaults, "each call failed once")
    }
}
