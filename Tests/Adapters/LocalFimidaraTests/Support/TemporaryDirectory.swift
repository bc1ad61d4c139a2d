import Glibc

/// A directory that is gone when the test is over.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/logferry-files-XXXXXX\0".utf8CString.dropLast())
        path = template.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress, let made = mkdtemp(base) else { return "" }
            return String(cString: made)
        }
        precondition(!path.isEmpty, "a temporary directory cannot be made")
    }

    deinit { TemporaryDirectory.remove(path) }

    /// All regular files below, with their sizes.
    func files(under folder: String) -> [(path: String, size: Int)] {
        TemporaryDirectory.entries(of: "\(path)/\(folder)").flatMap { name -> [(path: String, size: Int)] in
            let relative = "\(folder)/\(name)"
            var status = stat()
            guard lstat("\(path)/\(relative)", &status) == 0 else { return [] }
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            return isFolder ? files(under: relative) : [(relative, Int(status.st_size))]
        }
    }

    private static func remove(_ path: String) {
        for name in entries(of: path) {
            let child = "\(path)/\(name)"
            if unlink(child) != 0 { remove(child) }
        }
        rmdir(path)
    }

    private static func entries(of path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
