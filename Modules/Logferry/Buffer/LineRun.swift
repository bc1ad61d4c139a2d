package import LogModel

/// Lines of one day that become one batch.
package struct LineRun: Sendable {
    /// Its number; later runs have larger ones.
    package let id: Int
    /// The day of its lines, UTC.
    package let day: CivilDay
    /// When its first line came.
    package let oldest: Duration
    /// Whether it takes no more lines.
    var isClosed = false
    private var storage: [UInt8] = []
    /// How many bytes at the front of `storage` belong to lines that were taken out.
    private var head = 0
    /// How many bytes each line has; the first `taken` were taken out.
    private var sizes: [UInt32] = []
    private var taken = 0

    init(id: Int, day: CivilDay, oldest: Duration) {
        self.id = id
        self.day = day
        self.oldest = oldest
    }

    /// How many lines it has.
    package var lines: Int { sizes.count - taken }

    /// How many bytes its lines have, newlines included.
    package var bytes: Int { storage.count - head }

    /// The lines, each with its newline.
    package var body: [UInt8] { head == 0 ? storage : Array(storage[head...]) }

    mutating func append(_ line: UnsafeBufferPointer<UInt8>) {
        storage.append(contentsOf: line)
        storage.append(UInt8(ascii: "\n"))
        sizes.append(UInt32(line.count + 1))
    }

    /// Takes the first line out and tells how many bytes it had.
    mutating func removeFirstLine() -> Int {
        guard lines > 0 else { return 0 }
        let size = Int(sizes[taken])
        taken += 1
        head += size
        // More than half is gone: move the rest, so that the memory follows what is held. Each byte and each line is
        // moved once at most for one that was taken out.
        if head > storage.count / 2 {
            storage.removeFirst(head)
            head = 0
        }
        if taken > sizes.count / 2 {
            sizes.removeFirst(taken)
            taken = 0
        }
        return size
    }
}
