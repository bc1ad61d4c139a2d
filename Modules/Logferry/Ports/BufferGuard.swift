/// The lock round the buffer of lines, and the memory in which a line is written before it goes there.
///
/// The module has neither locks nor threads of its own; whoever builds a ``LogShipper`` hands them in.
package protocol BufferGuard: Sendable {
    /// Lends the buffer to `body` while nobody else has it; `body` is short and asks for no lock.
    func withBuffer<Result>(_ body: (inout LineBuffer) -> Result) -> Result
    /// Lends an empty array with room to `body`, which may do anything, and borrow another one too.
    ///
    /// No other thread has to wait meanwhile, and none is made to wait for it.
    func withMemory<Result>(_ body: (inout [UInt8]) -> Result) -> Result
}
