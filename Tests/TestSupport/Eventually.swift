/// Waits until something is so, looking after a millisecond at first and every 32 milliseconds in the end.
///
/// It sleeps in between, so that one test that waits does not starve the others of the few threads that all tasks
/// share. When the test's time limit cancels it, it returns, and what the test expects next fails.
public func eventually(_ isSo: @Sendable () async -> Bool) async {
    var pause = Duration.milliseconds(1)
    while await !isSo() {
        guard (try? await Task.sleep(for: pause)) != nil else { return }
        pause = min(pause * 2, .milliseconds(32))
    }
}
