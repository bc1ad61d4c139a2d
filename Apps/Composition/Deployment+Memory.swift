import SystemAdapter

extension Deployment {
    /// Keeps the memory of this process small: for one that ingests and serves nobody.
    ///
    /// Must come before all else.
    public static func boundMemory() { ProcessMemory.bound() }
}
