import HTTPTransport
import LogModel
import SdkProvisioning
import Testing

@testable import FimidaraAdapter

@Suite("Fimidara: folders, groups and rights")
struct FolderTests {
    @Test("refuses a folder that only resembles the one asked for") func resembling() async throws {
        let bench = try Bench { _ in Bench.folder(names: #"["logs","appX1"]"#) }
        let error = await storageFailure { () async throws(StorageError) in
            _ = try await bench.administration.folder(at: Bench.path)
        }
        #expect(error?.reason == .rejected)
        let sameButForCase = try Bench { _ in Bench.folder(names: #"["Logs","APP_1"]"#) }
        #expect(try await sameButForCase.administration.folder(at: Bench.path) != nil)
    }

    @Test(
        "refuses paths that the server would read otherwise",
        arguments: [
            "acme", "other/logs", "acme/a.b", "acme/a*", "acme/..", "acme/a b", "acme/1/2/3/4/5/6/7/8/9/10", "",
        ])
    func paths(_ path: String) async throws {
        let bench = try Bench { _ in Bench.folder() }
        for error in [
            await storageFailure { () async throws(StorageError) in
                _ = try await bench.administration.folder(at: StoragePath(path))
            },
            await storageFailure { () async throws(StorageError) in
                _ = try await bench.administration.createFolder(at: StoragePath(path))
            },
        ] { #expect(error?.reason == .rejected) }
        #expect(bench.transport.calls.isEmpty)
    }

    @Test("creates a folder") func create() async throws {
        let bench = try Bench { _ in Bench.folder() }
        #expect(try await bench.administration.createFolder(at: Bench.path) == StorageFolderID("folder0_A"))
        #expect(bench.transport.names == ["addFolder"])
        #expect(bench.transport.calls[0].body == #"{"folderpath":"acme/logs/app_1"}"#)
    }

    @Test("looks behind an opaque 500: the folder exists") func exists() async throws {
        let bench = try Bench { call in call.name == "addFolder" ? opaque() : Bench.folder() }
        let error = await storageFailure { () async throws(StorageError) in
            _ = try await bench.administration.createFolder(at: Bench.path)
        }
        #expect(error?.reason == .conflict)
        #expect(bench.transport.names == ["addFolder", "getFolder"])
    }

    @Test("looks behind an opaque 500: the folder is not there") func denied() async throws {
        let bench = try Bench { call in call.name == "addFolder" ? opaque() : refusal(404, "NotFoundError") }
        let error = await storageFailure { () async throws(StorageError) in
            _ = try await bench.administration.createFolder(at: Bench.path)
        }
        #expect(error?.reason == .unavailable)
    }

    @Test("T73: looks behind an opaque 500: we may not add folders, and the right is named")
    func deniedByName() async throws {
        let bench = try Bench { call in
            switch call.name {
            case "addFolder": return opaque()
            case "getFolder": return refusal(404, "NotFoundError")
            case "getToken": return Bench.token("agtoken_O", #","workspaceId":"wrkspce_W""#)
            default:
                return json(
                    #"{"items":[{"target":{"targetId":"wrkspce_W"},"action":"addFolder","entityId":"agtoken_O","#
                        + #""access":false}]}"#)
            }
        }
        let error = await storageFailure { () async throws(StorageError) in
            _ = try await bench.administration.createFolder(at: Bench.path)
        }
        #expect(error?.reason == .forbidden)
        #expect(error?.detail.contains("lacks the right addFolder") == true)
    }

    @Test(
        "takes designed statuses of addFolder as they are",
        arguments: [
            (409, StorageError.Reason.conflict), (403, .forbidden), (401, .unauthenticated), (502, .unavailable),
        ])
    func designed(_ status: Int, _ reason: StorageError.Reason) async throws {
        let bench = try Bench { _ in refusal(status, "x") }
        let error = await storageFailure { () async throws(StorageError) in
            _ = try await bench.administration.createFolder(at: Bench.path)
        }
        #expect(error?.reason == reason)
        #expect(bench.transport.names == ["addFolder"])
    }

    @Test("finds a group by its exact name, through all pages, and always the same of twins") func group() async throws
    {
        let pages = [
            #"{"resourceId":"pmgroup_9","name":"logferry-a"},{"resourceId":"pmgroup_1","name":"Logferry-A"}"#,
            #"{"resourceId":"pmgroup_2","name":"logferry.a"},{"resourceId":"pmgroup_5","name":"logferry-a"}"#, "",
        ]
        let bench = try Bench(pageSize: 2) { call in
            json(#"{"page":\#(call.index),"permissionGroups":[\#(pages[call.index])]}"#)
        }
        #expect(try await bench.administration.groups(named: "logferry-a").first == StorageGroupID("pmgroup_5"))
        #expect(
            bench.transport.calls.map(\.body) == [0, 1, 2].map { #"{"page":\#($0),"pageSize":2}"# })
        let none = try Bench { _ in json(#"{"page":0,"permissionGroups":[]}"#) }
        #expect(try await none.administration.groups(named: "logferry-a").isEmpty)
    }

    @Test("I3: finds a group that is the last of 1500; a page that fails once is asked for again, nothing is created")
    func lastGroup() async throws {
        let bench = try Bench { call in
            if call.index == 1 { return opaque() }
            let page = call.index == 0 ? 0..<1000 : 1000..<1500
            let groups = page.map { #"{"resourceId":"pmgroup_\#($0)","name":"g-\#($0)"}"# }.joined(separator: ",")
            return json(#"{"page":0,"permissionGroups":[\#(groups)]}"#)
        }
        #expect(try await bench.administration.groups(named: "g-1499") == [StorageGroupID("pmgroup_1499")])
        #expect(bench.transport.names == [String](repeating: "getWorkspacePermissionGroups", count: 3))
        #expect(
            bench.transport.calls.map(\.body) == [0, 1, 1].map { #"{"page":\#($0),"pageSize":1000}"# })
    }

    @Test("creates a group, of a safe name only") func createGroup() async throws {
        let bench = try Bench { _ in json(#"{"permissionGroup":{"resourceId":"pmgroup_G","name":"g"}}"#) }
        #expect(try await bench.administration.createGroup(named: "g") == StorageGroupID("pmgroup_G"))
        #expect(bench.transport.calls[0].body == #"{"name":"g"}"#)
        let error = await storageFailure { () async throws(StorageError) in
            _ = try await bench.administration.createGroup(named: "g.*")
        }
        #expect(error?.reason == .rejected)
        let taken = try Bench { _ in refusal(409, "ResourceExistsError") }
        #expect(
            await storageFailure { () async throws(StorageError) in
                _ = try await taken.administration.createGroup(named: "g")
            }?.reason == .conflict)
    }

    /// A row of resolveEntityPermissions, with the members that the server adds of its own.
    private static func row(
        _ target: String, _ access: Bool, by permitting: String?, entity: String = "pmgroup_G"
    ) -> String {
        let permitted = permitting.map { #","permittingEntityId":"pmgroup_G","permittingTargetId":"\#($0)""# } ?? ""
        return
            #"{"target":{"targetId":"\#(target)","resource":{"x":1},"resourceId":"\#(target)","resourceType":"folder"},"#
            + #""action":"uploadFile","entityId":"\#(entity)","access":\#(access)\#(permitted)}"#
    }

    private static func grant(_ rows: String) async throws -> (Bench, StorageError?) {
        let bench = try Bench { call in
            switch call.name {
            case "getFolder": Bench.folder()
            case "addItems": json("{}")
            default: json(#"{"items":[\#(rows)]}"#)
            }
        }
        let error = await storageFailure { () async throws(StorageError) in
            try await bench.administration.grantUpload(
                to: StorageGroupID("pmgroup_G"), on: StorageFolderID("folder0_A"))
        }
        return (bench, error)
    }

    @Test("grants by the folder's id alone, between a look before and a look after") func grants() async throws {
        let rows =
            FolderTests.row("folder0_A", true, by: "folder0_A") + "," + FolderTests.row("wrkspce_W", false, by: nil)
        let (bench, error) = try await FolderTests.grant(rows)
        #expect(error == nil)
        #expect(bench.transport.names == ["getFolder", "addItems", "resolveEntityPermissions"])
        #expect(bench.transport.calls[0].body == #"{"folderId":"folder0_A"}"#)
        #expect(
            bench.transport.calls[1].body
                == #"{"items":[{"access":true,"action":"uploadFile","entityId":"pmgroup_G","targetId":"folder0_A"}]}"#)
        #expect(
            bench.transport.calls[2].body
                == #"{"items":[{"action":"uploadFile","entityId":"pmgroup_G","targetId":"folder0_A"},"#
                + #"{"action":"uploadFile","entityId":"pmgroup_G","targetId":"wrkspce_W"}]}"#)
    }

    @Test(
        "believes no grant that the server does not confirm on that very folder",
        arguments: [
            "", row("folder0_A", false, by: nil), row("folder0_A", true, by: nil),
            row("folder0_A", true, by: "wrkspce_W"), row("folder0_B", true, by: "folder0_B"),
            row("folder0_A", true, by: "folder0_A", entity: "pmgroup_X"),
            row("folder0_A", true, by: "folder0_A") + "," + row("wrkspce_W", true, by: "wrkspce_W"),
        ])
    func unverified(_ rows: String) async throws {
        let (_, error) = try await FolderTests.grant(rows)
        #expect(error?.reason == .unverified)
    }

    @Test("grants nothing on a folder that is gone, which would mean the whole workspace") func grantGone() async throws
    {
        let bench = try Bench { _ in refusal(404, "NotFoundError", "Folder not found") }
        let error = await storageFailure { () async throws(StorageError) in
            try await bench.administration.grantUpload(
                to: StorageGroupID("pmgroup_G"), on: StorageFolderID("folder0_A"))
        }
        #expect(error?.reason == .notFound)
        #expect(bench.transport.names == ["getFolder"])
    }
}
