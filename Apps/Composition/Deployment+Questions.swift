import BlockingExecutor

extension Settings {
    /// Most questions that go on in the background at a time: half as many as are in progress in the foreground.
    public var maxLongQuestions: Int { (maxQuestions + 1) / 2 }
}

extension Deployment {
    /// Most threads for long questions, however many places a setting gives: more than processors bring nothing.
    private static let mostQuestionThreads = 64

    /// Starts the threads on which questions go on that take long; they let whatever else wants the processors go first.
    public func questionThreads() -> any TaskExecutor {
        BackgroundThreads(name: "questions", count: min(settings.maxLongQuestions, Self.mostQuestionThreads))
    }
}
