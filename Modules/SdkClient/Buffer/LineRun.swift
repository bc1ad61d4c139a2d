public import LogModel

/// Lines of one day that become one batch.
public struct LineRun: Sendable {
    /// Its number; later runs have larger ones.
    public let id: Int
    /// The day of its lines, UTC.
    public let day: CivilDay
    /// When its first line came.
    public let oldest: Duration
    /// How many lines it has.
    public private(set) var lines = 0
    /// Whether it takes no more lines.
    var isClosed = false
    private var storage: [UInt8] = []
    private var head = 0

    init(id: Int, day: CivilDay, oldest: Duration) {
        self.id = id
        self.day = day
        self.oldest = oldest
    }

    /// How many bytes its lines have, newlines included.
    public var bytes: Int { storage.count - head }

    /// The lines, each with its newline.
    public var body: [UInt8] { head == 0 ? storage : Array(storage[head...]) }

    mutating func append(_ line: [UInt8]) {
        storage.append(contentsOf: line)
        storage.append(UInt8(ascii: "\n"))
        lines += 1
    }

    /// Takes the first line out and tells how many bytes it had.
    mutating func removeFirstLine() -> Int {
        guard lines > 0 else { return 0 }
        let start = head
        let newline = storage[head...].firstIndex(of: UInt8(ascii: "\n")) ?? storage.count - 1
        head = newline + 1
        lines -= 1
        // Half of the storage gone: move the rest, so that its size follows what it holds.
        if head > storage.count / 2 {
            storage.removeFirst(head)
            head = 0
            return newline + 1 - start
        }
        return newline + 1 - start
    }
}
