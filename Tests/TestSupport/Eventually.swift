/// Waits until something is so, looking every millisecond.
///
/// It sleeps in between, so that one test that waits does not starve the others of the few threads that all tasks
/// share. When the test's time limit cancels it, it returns, and what the test expects next fails.
public func eventually(_ isSo: @Sendable () async -> Bool) async {
    while await !isSo() {
        guard (try? await Task.sleep(for: .milliseconds(1))) != nil else { return }
    }
}
