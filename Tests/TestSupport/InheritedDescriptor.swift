import Foundation
import Glibc

/// A second descriptor of a file that this process has open, as a child has one between `fork` and `exec`.
public final class InheritedDescriptor: Sendable {
    private let descriptor: Int32

    /// Copies the descriptor of the open file with this path; `nil` when no such file is open here.
    public init?(of path: String) throws {
        let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").first {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)) == real
        }
        guard let number = open.flatMap(Int32.init) else { return nil }
        descriptor = dup(number)
        guard descriptor >= 0 else { return nil }
    }

    deinit { close(descriptor) }
}
