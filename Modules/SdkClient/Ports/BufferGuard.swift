/// The lock round the buffer of lines.
///
/// The module has no lock of its own; whoever builds a ``LogShipper`` hands one in.
public protocol BufferGuard: Sendable {
    /// Lends the buffer to `body` while nobody else has it; `body` is short and asks for no lock.
    func withBuffer<Result>(_ body: (inout LineBuffer) -> Result) -> Result
}
