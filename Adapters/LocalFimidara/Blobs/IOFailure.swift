internal import Glibc

/// A system call that failed.
struct IOFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The call's name.
    let call: String
    /// What the system says, as `errno` has it.
    let code: Int32

    /// Takes what `errno` is now, so it must be made right after the call.
    init(_ call: String) {
        self.call = call
        code = errno
    }

    init(_ call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    /// Whether the disk, or what this user may use of it, is full.
    var isFull: Bool { code == ENOSPC || code == EDQUOT }

    var description: String {
        guard let words = unsafe strerror(code) else { return "\(call): error \(code)" }
        return "\(call): \(unsafe String(cString: words))"
    }
}
