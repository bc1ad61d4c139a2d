extension Duration {
    /// The whole milliseconds, as entries of the log have them.
    package var wholeMilliseconds: Int64 { Int64(self / .milliseconds(1)) }
}
