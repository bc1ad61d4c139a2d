internal import CPlatform
internal import Glibc

/// Starts named threads of the operating system.
///
/// They run until their body returns; nobody joins them.
public enum HostThread {
    /// Runs `body` on a new thread, and ends the process when the system has none left: for threads that a process begins
    /// with.
    /// - Parameters: as of ``startIfPossible(name:niceness:_:)``.
    public static func start(name: String, niceness: Int = 0, _ body: @escaping @Sendable () -> Void) {
        let isStarted = startIfPossible(name: name, niceness: niceness, body)
        precondition(isStarted, "a thread cannot be started: the system has none left for this process")
    }

    /// Runs `body` on a new thread; the first 15 bytes of `name` are what `top -H` shows.
    /// - Parameters:
    ///   - name: the thread's name.
    ///   - niceness: how much it gives way to others, from 0 to 19; a system that forbids it lets it be as others are.
    ///   - body: what it does.
    /// - Returns: `false` when the system has no thread left; `body` is not run then.
    public static func startIfPossible(
        name: String, niceness: Int = 0, _ body: @escaping @Sendable () -> Void
    ) -> Bool {
        let start = unsafe Unmanaged.passRetained(Start(name: name, niceness: niceness, body: body))
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                unsafe logferry_name_current_thread(start.name)
                if start.niceness > 0 { logferry_lower_current_thread(Int32(start.niceness)) }
                start.body()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            unsafe start.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    /// What the new thread is told.
    private final class Start: Sendable {
        let name: String
        let niceness: Int
        let body: @Sendable () -> Void

        init(name: String, niceness: Int, body: @escaping @Sendable () -> Void) {
            // A longer name would be refused as a whole.
            self.name = String(decoding: name.utf8.prefix(15), as: UTF8.self)
            self.niceness = niceness
            self.body = body
        }
    }
}
