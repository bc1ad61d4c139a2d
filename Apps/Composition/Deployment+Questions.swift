import BlockingExecutor
import Foundation

extension Deployment {
    /// Starts the threads on which questions go on that take long; they let whatever else wants the processors go first.
    public func questionThreads() -> any TaskExecutor {
        BackgroundThreads(
            name: "questions", count: max(2, min(settings.maxQuestions, ProcessInfo.processInfo.activeProcessorCount)))
    }
}
