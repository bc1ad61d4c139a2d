/// How a ``LogShipper`` fares.
///
/// At any moment `accepted + restored == delivered + pending + ` the sum of `dropped`.
public struct ShipperStatistics: Sendable, Hashable {
    /// Lines that were handed in since the start.
    public var accepted = 0
    /// Lines that the disk buffer gave back at the start.
    public var restored = 0
    /// Lines that are stored.
    public var delivered = 0
    /// Lines that are lost, by reason.
    public var dropped: [DropReason: Int] = [:]
    /// Lines that wait, in memory and on disk.
    public var pending = 0
    /// Those of the pending lines that are on disk.
    public var keptOnDisk = 0
    /// The last thing that did not get through.
    public var lastFailure: ShipperFailure?

    /// All lines that are lost.
    public var droppedInAll: Int { dropped.values.reduce(0, +) }
}
