internal import CPlatform
internal import Glibc

/// Starts named threads of the operating system.
///
/// They run until their body returns; nobody joins them.
enum HostThread {
    /// Runs `body` on a new thread; the first 15 bytes of `name` are what `top -H` shows.
    static func start(name: String, _ body: @escaping @Sendable () -> Void) {
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                unsafe logferry_name_current_thread(start.name)
                start.body()
                return nil
            }, start.toOpaque())
        precondition(code == 0, "a thread cannot be started: error \(code)")
        pthread_detach(thread)
    }

    /// What the new thread is told.
    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            // A longer name would be refused as a whole.
            self.name = String(decoding: name.utf8.prefix(15), as: UTF8.self)
            self.body = body
        }
    }
}
