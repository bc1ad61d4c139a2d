extension RawSpan {
    /// The eight bytes from a place on, the first one lowest; all of them must be there.
    @inline(__always)
    func word(at place: Int) -> UInt64 {
        UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
    }
}
