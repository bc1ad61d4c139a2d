import CPlatform

/// What the process keeps of the memory that it gives back.
public enum ProcessMemory {
    /// Bounds what glibc's allocator keeps, for a process whose memory is few large buffers that go from thread to thread.
    ///
    /// By default glibc makes up to eight arenas for each processor, and what one thread frees goes back to the arena of
    /// the thread that asked for it, where nobody else finds it. A worker reads on one thread, scans on another and
    /// commits on a third, so each kept buffers of its own: 25 MiB where 20 do with two arenas. Must be called before
    /// there are many threads; with another C library it does nothing.
    public static func bound() {
        logferry_bound_arenas(2)
    }
}
