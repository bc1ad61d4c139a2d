import BlockingExecutor
import Glibc
import Testing

@Suite("A dedicated thread", .timeLimit(.minutes(4)))
struct DedicatedThreadTests {
    /// An actor that tells where it runs.
    private actor Resident {
        private let thread: DedicatedThread
        private var total = 0

        nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

        init(_ thread: DedicatedThread) { self.thread = thread }

        func threadName() -> String {
            var name = [UInt8](repeating: 0, count: 64)
            let file = open("/proc/thread-self/comm", O_RDONLY)
            defer { close(file) }
            let count = read(file, &name, name.count)
            return String(decoding: name.prefix(max(0, count - 1)), as: UTF8.self)
        }

        func add(_ number: Int) -> Int {
            total += number
            return total
        }

        nonisolated func addFromWithin(_ number: Int) -> Int {
            assumeIsolated { $0.add(number) }
        }

        func addTwice(_ number: Int) -> Int {
            _ = addFromWithin(number)
            return addFromWithin(number)
        }
    }

    @Test("runs its actor under its own name, cut to what the kernel keeps")
    func runOnNamedThread() async {
        #expect(await Resident(DedicatedThread(name: "short")).threadName() == "short")
        #expect(await Resident(DedicatedThread(name: "a-name-much-too-long")).threadName() == "a-name-much-too")
    }

    @Test("runs jobs one after another")
    func serialise() async {
        let resident = Resident(DedicatedThread(name: "serial"))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<500 { group.addTask { _ = await resident.add(1) } }
        }
        #expect(await resident.add(0) == 500)
    }

    @Test("lets code on it assume its isolation")
    func assumeIsolation() async {
        #expect(await Resident(DedicatedThread(name: "assume")).addTwice(4) == 8)
    }

    @Test("ends when it is stopped or let go")
    func leaveNoThreadBehind() async {
        for _ in 0..<50 { _ = await Resident(DedicatedThread(name: "brief-thread")).add(1) }
        let stopped = DedicatedThread(name: "brief-thread")
        stopped.stop()
        while threads(named: "brief-thread") > 0 { usleep(1000) }
    }

    @Test("still runs what comes after it was stopped, one job after another")
    func runLateJobs() async {
        let thread = DedicatedThread(name: "late-thread")
        let resident = Resident(thread)
        thread.stop()
        while threads(named: "late-thread") > 0 { usleep(1000) }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 { group.addTask { _ = await resident.addTwice(1) } }
        }
        #expect(await resident.add(0) == 200)
        #expect(await resident.threadName() == "late-thread")
        while threads(named: "late-thread") > 0 { usleep(1000) }
    }

    private func threads(named name: String) -> Int {
        guard let folder = opendir("/proc/self/task") else { return -1 }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            let thread = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            var bytes = [UInt8](repeating: 0, count: 64)
            let file = open("/proc/self/task/\(thread)/comm", O_RDONLY)
            guard file >= 0 else { continue }
            defer { close(file) }
            let length = read(file, &bytes, bytes.count)
            if String(decoding: bytes.prefix(max(0, length - 1)), as: UTF8.self) == name { count += 1 }
        }
        return count
    }
}
