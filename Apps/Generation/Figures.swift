/// Figures of a machine, flat and nearly all numbers.
struct Figures {
    private let host: String
    private let values: [Int]

    init(_ dice: inout Dice) {
        host = "node-\(dice.roll(64))"
        values = (0..<9).map { _ in dice.roll(1_000_000) }
    }

    func write(to line: inout LineWriter) {
        line.add("level", values[0] > 950_000 ? "warn" : "debug")
        line.add("host", host)
        line.add("cpu_percent", thousandths: values[0] / 10)
        line.add("load_1", thousandths: values[1] / 40)
        line.add("memory_bytes", values[2] << 14)
        line.add("heap_bytes", values[3] << 12)
        line.add("gc_pause_ms", thousandths: values[4] / 100)
        line.add("open_files", values[5] % 4096)
        line.add("queue_length", values[6] % 100)
        line.add("requests", values[7])
        line.add("temperature", thousandths: values[8] / 12)
        line.add("is_leader", values[8] % 3 == 0)
    }
}
