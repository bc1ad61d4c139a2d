import Glibc

/// A port of this machine where connections are neither taken nor refused, as at an address that is gone.
public final class FullListener: Sendable {
    /// Where it is.
    public let port: Int
    private let listener: Int32
    private let backlog: FullBacklog

    /// Takes a port at 127.0.0.`last`.
    /// - Parameters:
    ///   - port: the port; 0 takes a free one.
    ///   - last: the last part of its address.
    /// - Throws: ``ProgramError`` when the port cannot be had.
    public init(port: Int = 0, at last: UInt8 = 1) throws {
        let (listener, found) = try listeningSocket(loopback(UInt16(port), at: last))
        self.listener = listener
        self.port = Int(found)
        backlog = FullBacklog(of: listener, at: loopback(found, at: last))
        backlog.fill()
    }

    deinit {
        backlog.empty()
        close(listener)
    }
}
