import FimidaraAdapter
import Foundation
import HTTPTransport
import LogIngestion
import LogModel
import PortContracts
import SdkProvisioning
import SystemAdapter
import Testing

/// Our client against the file store that we ship: both sides of the wire at once.
@Suite("Fimidara over LocalFimidara")
struct FimidaraContractTests {
    @Test("a folder of it keeps the contract of a source", arguments: ObjectSourceContract.clauses)
    func source(_ clause: Clause<SourceUnderTest>) async throws {
        let store = try await EngineUnderTest()
        let folder = StoragePath("acme/logs/app_\(UUID().uuidString.lowercased())")
        let admin = EngineUnderTest.adminSecret
        let place = SourceUnderTest(
            source: FimidaraObjectSource(client: store.client, folder: folder),
            append: { name, bytes in
                let status = try await store.upload(bytes, to: "\(folder)/\(name)", append: true, with: admin)
                #expect(status == 200)
            },
            replace: { name, bytes in
                let path = "\(folder)/\(name)"
                let removed = try await store.call(
                    .delete, "/v1/files/deleteFile", admin, #"{"filepath":"\#(path)"}"#)
                #expect(removed == 200)
                let written = try await store.upload(bytes, to: path, append: false, with: admin)
                #expect(written == 200)
            },
            rewrite: { name, bytes in
                let status = try await store.upload(bytes, to: "\(folder)/\(name)", append: false, with: admin)
                #expect(status == 200)
            },
            remove: { name in
                let status = try await store.call(
                    .delete, "/v1/files/deleteFile", admin, #"{"filepath":"\#(folder)/\#(name)"}"#)
                #expect(status == 200)
            })
        try await clause.verify(place)
        try await store.close()
    }

    @Test("T14: files in folders within the folder are named, in folders within those too")
    func folders() async throws {
        let store = try await EngineUnderTest()
        let source = FimidaraObjectSource(client: store.client, folder: StoragePath("acme/logs/app_1"))
        for name in ["w-2026-11-20.ndjson", "sub/x-2026-11-30.ndjson", "sub/deep/y-2026-11-30.ndjson"] {
            let status = try await store.upload(
                Array("{}\n".utf8), to: "acme/logs/app_1/\(name)", append: false, with: EngineUnderTest.adminSecret)
            #expect(status == 200)
        }
        var found: [ForeignEntry] = []
        try await source.listFolders { entries in
            found += entries
            return true
        }
        #expect(found.map(\.name) == ["sub/x-2026-11-30.ndjson", "sub/deep/y-2026-11-30.ndjson"])
        #expect(found.allSatisfy { $0.reason == .inFolder && $0.size == 3 })
        var calls = 0
        try await source.listFolders { _ in
            calls += 1
            return false
        }
        #expect(calls == 1)
        try await store.close()
    }

    @Test("it keeps the contract of an administration", arguments: StorageAdministrationContract.clauses)
    func administration(_ clause: Clause<StorageUnderTest>) async throws {
        let store = try await EngineUnderTest()
        let root = StoragePath("acme/contract-\(UUID().uuidString.lowercased())")
        let under = StorageUnderTest(
            storage: FimidaraStorageAdministration(client: store.client), root: root,
            addTwin: { _ in
                // This store knows no twins: a client token's id names one storage token.
            },
            mayUpload: { credential, folder in
                let name = "\(folder)/\(UUID().uuidString.lowercased()).ndjson"
                let status = try await store.upload(Array("{}\n".utf8), to: name, append: true, with: credential)
                #expect([200, 401, 403].contains(status))
                return status == 200
            },
            now: { SystemClock().now() })
        try await clause.verify(under)
        try await store.close()
    }
}
