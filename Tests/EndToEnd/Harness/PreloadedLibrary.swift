import Foundation
import ServerRig

/// A library of ours that stands in front of functions of the system in a process that it is preloaded into.
enum PreloadedLibrary {
    /// Compiles a C file of `Tests` into a folder, and says where the library is.
    static func compiled(_ source: String, in folder: String) async throws -> String {
        let tests = (#filePath as NSString).deletingLastPathComponent + "/../../"
        let library = folder + "/" + ((source as NSString).lastPathComponent as NSString).deletingPathExtension + ".so"
        let compiler = try RunningProgram(
            ["clang", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, tests + source], folder: folder,
            program: "/usr/bin/env")
        guard try await compiler.wait() == 0 else { throw HarnessError(compiler.errorText) }
        return library
    }
}
