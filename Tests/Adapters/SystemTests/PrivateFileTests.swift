import Foundation
import Glibc
import LogModel
import SystemAdapter
import Testing

@Suite("Private files")
struct PrivateFileTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "logferry-private-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func mode(_ path: String) -> UInt32? {
        var found = stat()
        return lstat(path, &found) == 0 ? found.st_mode & 0o7777 : nil
    }

    @Test("T4: what is made is for its owner only, appears as a whole and replaces nothing")
    func appear() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/key"
        #expect(try PrivateFile.read(path, upTo: 10, followsLinks: false) == nil)
        #expect(try PrivateFile.appear(path, Array("one".utf8)))
        #expect(try !PrivateFile.appear(path, Array("two".utf8)))
        let found = try #require(try PrivateFile.read(path, upTo: 10, followsLinks: false))
        #expect(found.bytes == Array("one".utf8) && found.facts.mode == 0o600)
        #expect(throws: FileTrouble.self) { try PrivateFile.read(path, upTo: 2, followsLinks: false) }
        try PrivateFile.replace(path, Array("three".utf8))
        #expect(try PrivateFile.read(path, upTo: 10, followsLinks: false)?.bytes == Array("three".utf8))
        #expect(mode(path) == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["key"], "no drafts are left")
    }

    @Test("T4: links, folders and pipes are no key files, and none of them is waited for")
    func otherKinds() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try PrivateFile.create(folder + "/file", [1])
        symlink(folder + "/file", folder + "/link")
        mkfifo(folder + "/pipe", 0o600)
        for name in ["link", "pipe", ""] {
            #expect(throws: FileTrouble.self) {
                try PrivateFile.read(folder + "/" + name, upTo: 10, followsLinks: false)
            }
        }
        #expect(try PrivateFile.read(folder + "/link", upTo: 10, followsLinks: true)?.bytes == [1])
        #expect(throws: FileTrouble.self) { try PrivateFile.read("/dev/zero", upTo: 10, followsLinks: true) }
        #expect(throws: FileTrouble.self) { try PrivateFile.read(folder + "/file/x", upTo: 10, followsLinks: true) }
    }

    @Test("T4: a database's file is made for its owner only, and one that was made otherwise is closed to others")
    func prepare() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/new.sqlite"
        try PrivateFile.prepare(path)
        #expect(mode(path) == 0o600)
        for file in [path, path + "-wal", path + "-shm"] {
            try Data("kept".utf8).write(to: URL(fileURLWithPath: file))
            chmod(file, 0o644)
        }
        try PrivateFile.prepare(path)
        #expect(mode(path) == 0o644, "what is no store keeps its rights")
        PrivateFile.closeDatabase(path)
        for file in [path, path + "-wal", path + "-shm"] {
            #expect(mode(file) == 0o600)
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "kept")
        }
    }

    @Test("T4: a database's link to nothing is refused, and the files that a link leads to are closed to others")
    func linkedDatabase() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (link, store) = (folder + "/link.sqlite", folder + "/store")
        symlink(store, link)
        #expect(PrivateFile.isDanglingLink(link) && !PrivateFile.isDanglingLink(store))
        let error = #expect(throws: FileTrouble.self) { try PrivateFile.prepare(link) }
        #expect(error?.description == "\(link) is a symbolic link to nothing")
        #expect(mode(store) == nil, "nothing is made")
        for file in [store, store + "-wal", store + "-shm"] {
            try PrivateFile.create(file, [1])
            chmod(file, 0o644)
        }
        #expect(!PrivateFile.isDanglingLink(link))
        try PrivateFile.prepare(link)
        PrivateFile.closeDatabase(link)
        for file in [store, store + "-wal", store + "-shm"] { #expect(mode(file) == 0o600, "\(file)") }
    }

    @Test("T4: folders are made with their parents, and what cannot be a folder is named")
    func folders() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try PrivateFolder.make(folder + "/a/b/c/"))
        #expect(try !PrivateFolder.make(folder + "/a/b/c"))
        for part in ["/a", "/a/b", "/a/b/c"] { #expect(mode(folder + part) == 0o700) }
        try PrivateFile.create(folder + "/file", [])
        symlink(folder + "/nowhere", folder + "/dangling")
        for (name, says) in [
            ("/file", "is no folder"), ("/file/sub", "Not a directory"), ("/dangling", "a symbolic link to nothing"),
            ("/dangling/sub", "a symbolic link to nothing"),
        ] {
            let error = #expect(throws: FileTrouble.self) { try PrivateFolder.make(folder + name) }
            #expect(error?.description.contains(says) == true, "\(name): \(error?.description ?? "")")
        }
    }

    @Test("what is no socket is in the way of one, and is told by its kind")
    func obstacles() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/socket"
        #expect(try SocketPath.obstacle(at: path) == nil)
        symlink("/nope", path)
        #expect(try SocketPath.obstacle(at: path) == "a symbolic link")
        unlink(path)
        try PrivateFile.create(path, [])
        #expect(try SocketPath.obstacle(at: path) == "a file")
        #expect(throws: FileTrouble.self) { try SocketPath.obstacle(at: path + "/socket") }
        unlink(path)
        try PrivateFolder.make(path)
        #expect(try SocketPath.obstacle(at: path) == "a folder")
        rmdir(path)
        #expect(mknod(path, S_IFSOCK | 0o600, 0) == 0)
        #expect(try SocketPath.obstacle(at: path) == nil, "an earlier process has left it")
    }

    @Test("T5: the path of a socket fits the system's address, however long the folder's is")
    func sockets() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try SocketPath("socket", in: folder).text == folder + "/socket")
        let deep = folder + "/" + String(repeating: "x", count: 120)
        try PrivateFolder.make(deep)
        let path = try SocketPath("socket", in: deep)
        #expect(path.text.utf8.count <= 107)
        try PrivateFile.create(path.text, [7])
        #expect(try PrivateFile.read(deep + "/socket", upTo: 1, followsLinks: false)?.bytes == [7])
    }
}
